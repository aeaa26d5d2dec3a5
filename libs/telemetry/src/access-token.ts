import { createHash, timingSafeEqual } from 'node:crypto';

/** Addresses that nobody else on the network reaches. */
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|localhost)$/;

/** Whether a service that listens there is reached from its own machine alone, and so may do without a token. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host);
}

/** Whether two texts are the same, in a time that tells nothing of where they differ. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other));
}

/** Of equal length whatever was sent, so that the comparison takes as long for any text. */
function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
