// Notes what the profiler hands to its exporter: what the process knew, whatever becomes of it on the way.
import { OtlpProfileExporter } from 'otel-taskprof';

/** Everything that was handed over, in order. */
export const exported = [];

const waiting = [];
const send = OtlpProfileExporter.prototype.export;

OtlpProfileExporter.prototype.export = function (data, ...others) {
  exported.push(data);
  for (const resolve of waiting.splice(0)) resolve();
  return send.call(this, data, ...others);
};

/** Resolves with the next interval's end. */
export function nextExport() {
  return new Promise((resolve) => waiting.push(resolve));
}
