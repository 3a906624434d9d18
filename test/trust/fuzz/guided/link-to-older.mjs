// Jazzer's addon for Linux wants glibc 2.38 and the libstdc++ of GCC 13 (Debian 13, Ubuntu 24.04), for the sake of three names that it
// could do without. Where these are missing it is linked to what older ones have instead.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/** What the addon asks for, and what does the same for it. */
const SUBSTITUTES = {
  __isoc23_strtol: 'strtol',
  __isoc23_strtoul: 'strtoul',
  // Has the standard streams made ready, which Node has done by then: any function without arguments.
  _ZSt21ios_base_library_initv: 'getpid',
};
const TOO_NEW = ['GLIBC_2.38', 'GLIBCXX_3.4.32'];
/** What the substitutes have been in from the beginning. */
const OLD = { x64: 'GLIBC_2.2.5', arm64: 'GLIBC_2.17' };

const SECTION = { symbols: 11, versionsNeeded: 0x6ffffffe, versionsOfSymbols: 0x6fffffff };
const SYMBOL_BYTES = 24;
const WEAK = 2;

/** Changes an addon (ELF, 64 bits, little-endian). */
export function linkToOlder(path) {
  const file = readFileSync(path);
  const sections = sectionsOf(file);
  const [symbols, needed, numbers] = Object.values(SECTION).map((type) => sections.find((one) => one.type === type));
  const names = sections[symbols.link].at;
  const text = (offset) => file.toString('latin1', names + offset, file.indexOf(0, names + offset));
  const versions = versionsNeeded(file, needed.at, text);
  const old = versions.find(({ library, name }) => library === 'libc.so.6' && name === OLD[process.arch]);
  for (let index = 0; index < symbols.size / SYMBOL_BYTES; index++) {
    const at = symbols.at + SYMBOL_BYTES * index;
    const substitute = SUBSTITUTES[text(file.readUInt32LE(at))];
    if (substitute === undefined) continue;
    // The end of another name is a name as well.
    const name = file.indexOf(`${substitute}\0`, names, 'latin1');
    if (name < 0) throw new Error(`${path} has no ${substitute}`);
    file.writeUInt32LE(name - names, at);
    file.writeUInt16LE(old.number, numbers.at + 2 * index);
  }
  for (const { at, name } of versions) if (TOO_NEW.includes(name)) file.writeUInt16LE(WEAK, at + 4);
  // Not in place: npm may have linked it to a cache.
  rmSync(path);
  writeFileSync(path, file);
}

function sectionsOf(file) {
  const [table, size, count] = [Number(file.readBigUInt64LE(0x28)), file.readUInt16LE(0x3a), file.readUInt16LE(0x3c)];
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * size;
    const [type, link] = [file.readUInt32LE(at + 4), file.readUInt32LE(at + 0x28)];
    return { type, link, at: Number(file.readBigUInt64LE(at + 0x18)), size: Number(file.readBigUInt64LE(at + 0x20)) };
  });
}

/** What the addon asks of which library: the place of the entry, and the number by which symbols have it. */
function versionsNeeded(file, start, text) {
  const versions = [];
  for (let need = start, next = 1; next !== 0; need += next) {
    const library = text(file.readUInt32LE(need + 4));
    for (let at = need + file.readUInt32LE(need + 8), step = 1; step !== 0; at += step) {
      versions.push({ at, library, number: file.readUInt16LE(at + 6), name: text(file.readUInt32LE(at + 8)) });
      step = file.readUInt32LE(at + 12);
    }
    next = file.readUInt32LE(need + 12);
  }
  return versions;
}
