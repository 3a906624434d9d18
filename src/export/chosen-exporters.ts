import { loadModule } from '../base/load-module.ts';
import type { ExporterChoice, ExporterName } from '../config/exporters.ts';
import { ConsoleProfileExporter } from './console-exporter.ts';
import type { ProfileExporter } from './exporter.ts';
import { FanOutProfileExporter } from './fan-out-exporter.ts';
import { FileProfileExporter } from './file-exporter.ts';
import { withOriginalPayload } from './original-payload.ts';
import type * as OtlpModule from './otlp-exporter.ts';

const MAKE: Readonly<Record<ExporterName, (choice: ExporterChoice) => ProfileExporter>> = {
  otlp: ({ originalPayload }) => {
    const { OtlpProfileExporter } = loadModule('export/otlp-exporter') as typeof OtlpModule;
    const exporter = new OtlpProfileExporter();
    return originalPayload ? withOriginalPayload(exporter) : exporter;
  },
  console: () => new ConsoleProfileExporter(),
  file: ({ file }) => new FileProfileExporter(file),
};

/** The exporter for a choice, one over all where several are chosen; undefined where none is. */
export function chosenExporter(choice: ExporterChoice): ProfileExporter | undefined {
  return oneExporter(choice.exporters.map((name) => MAKE[name](choice)));
}

/** One exporter over all; undefined for none. */
export function oneExporter(exporters: readonly ProfileExporter[]): ProfileExporter | undefined {
  return exporters.length > 1 ? new FanOutProfileExporter(exporters) : exporters[0];
}
