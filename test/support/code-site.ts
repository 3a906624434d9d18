import type { CallSite } from '../../src/capture/call-sites.ts';

/** A frame of a raw stack as V8 gives it: of a function in a file, by default a plain one; a builtin where `file` is ''. */
export function codeSite(file: string, line: number, column = 1, functionName = 'handler', more = {}): CallSite {
  return {
    getFileName: () => (file === '' ? null : file),
    getPosition: () => line * 1_000 + column,
    getFunctionName: () => functionName,
    getTypeName: () => null,
    getMethodName: () => null,
    getLineNumber: () => line,
    getColumnNumber: () => column,
    getEnclosingLineNumber: () => 1,
    getEnclosingColumnNumber: () => 1,
    isConstructor: () => false,
    isToplevel: () => true,
    isEval: () => false,
    ...more,
  } as unknown as CallSite;
}
