import { printable } from '../base/errors.ts';
import { otlpVariable, warnOfEnvironment } from './otlp-environment.ts';
import { type OtlpGrpcConfig, otlpGrpcConfig } from './otlp-grpc.ts';
import { type OtlpHttpConfig, otlpHttpConfig } from './otlp-http.ts';
import { checkOtlpOptions, OTLP_PROTOCOLS, type OtlpExporterOptions, type OtlpProtocol } from './otlp-options.ts';

/** All that the exporter needs: `option ?? environment ?? default`. */
export type OtlpExporterConfig = OtlpHttpConfig | OtlpGrpcConfig;

/** Throws an {@link InvalidOptionError} for a bad option; a bad environment value is warned of and left out. */
export function otlpExporterConfig(options: OtlpExporterOptions = {}): OtlpExporterConfig {
  checkOtlpOptions(options);
  const protocol = options.protocol ?? environmentProtocol() ?? 'http/protobuf';
  return protocol === 'grpc' ? otlpGrpcConfig(options) : otlpHttpConfig(options, protocol);
}

function environmentProtocol(): OtlpProtocol | undefined {
  const variable = otlpVariable('PROTOCOL');
  if (variable === undefined) return undefined;
  const protocol = OTLP_PROTOCOLS.find((known) => known === variable.value);
  if (protocol === undefined) {
    const { name, value } = variable;
    warnOfEnvironment(
      `${name} must be one of ${OTLP_PROTOCOLS.join(', ')}, got ${printable(value)}; using http/protobuf`,
    );
  }
  return protocol;
}
