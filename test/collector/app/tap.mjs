// Notes what the profiler hands to its exporter: what the process knew, whatever becomes of it on the way.
const { IntervalSource } = await import(new URL('interval-source.js', import.meta.resolve('otel-taskprof')));

/** Everything that was handed over, in order. */
export const exported = [];

const waiting = [];
const { collect } = IntervalSource.prototype;

IntervalSource.prototype.collect = function () {
  return collect.call(this).then((data) => {
    if (data) exported.push(data);
    for (const resolve of waiting.splice(0)) resolve();
    return data;
  });
};

/** Resolves with the next interval's end. */
export function nextExport() {
  return new Promise((resolve) => waiting.push(resolve));
}
