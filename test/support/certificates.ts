import { generate } from 'selfsigned';

/** A certificate and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A certificate that can sign others. */
export async function certificateAuthority(name: string): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key };
}

/** A certificate signed by `ca`, good for a server at 127.0.0.1 unless another host is given, and for a client. */
export async function signedCertificate(ca: KeyPair, name: string, host?: string): Promise<KeyPair> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    ca,
    extensions: [
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [host ? { type: 2, value: host } : { type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { cert, key };
}
