/**
 * What OpenSSL and Node say of a certificate that does not hold. Source: Node.js, "TLS (SSL)", "X509 certificate error codes".
 * `ERR_TLS_CERT_ALTNAME_INVALID` is Node's own, for a certificate of another host.
 */
const CERTIFICATE_CODES = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Why the other side's certificate does not hold, by the code of an error or of its causes; null for any other error. */
export function untrustedReason(error: unknown): string | null {
  // Node's own errors are no instances of `Error` in another realm, such as a worker's or a test's
  for (let current = error, depth = 0; typeof current === 'object' && current !== null && depth < 8; depth += 1) {
    const { code, cause } = current as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && CERTIFICATE_CODES.has(code)) return code;
    current = cause;
  }
  return null;
}
