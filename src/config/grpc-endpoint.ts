/** A receiver of gRPC. */
export interface GrpcEndpoint {
  /** For people. */
  readonly url: string;
  /** `host:port`, or the URL itself for `unix:`. */
  readonly target: string;
  /** Whether the connection is encrypted. */
  readonly isSecure: boolean;
}

// OTLP's own for a Collector nearby; receivers behind TLS are mostly on that of HTTPS, where the trace exporters look too.
const DEFAULT_PORT = 4317;
const DEFAULT_SECURE_PORT = 443;

/**
 * Reads an endpoint as the trace exporters do: `http:` is without TLS, `https:` with it; where there is no scheme,
 * `isInsecureByDefault` decides. A path is passed over. undefined for what is no endpoint.
 */
export function parseGrpcEndpoint(url: unknown, isInsecureByDefault: boolean): GrpcEndpoint | undefined {
  if (typeof url !== 'string') return undefined;
  if (/^unix:./.test(url)) return { url, target: url, isSecure: false };
  const [, scheme = isInsecureByDefault ? 'http' : 'https', rest = ''] =
    /^(?:(\w+):\/\/)?(.*)$/s.exec(url.trim()) ?? [];
  const isSecure = scheme.toLowerCase() === 'https';
  if (!isSecure && scheme.toLowerCase() !== 'http') return undefined;
  // Under its own scheme a URL forgets the port 80 or 443.
  const authority = `grpc://${rest}`;
  if (!URL.canParse(authority)) return undefined;
  const { hostname, port } = new URL(authority);
  if (!/^[\w.:[\]-]+$/.test(hostname)) return undefined;
  const target = `${hostname}:${port || (isSecure ? DEFAULT_SECURE_PORT : DEFAULT_PORT)}`;
  return { url: `${isSecure ? 'https' : 'http'}://${target}`, target, isSecure };
}
