import type { GatewayError, GatewayEventType, ServerMessage } from '@elias/contracts';

/** Why a connection ends. */
export type EndCode = GatewayError | 'stopping';

/** The connection of one client. Nothing waits in it but what was written. */
export interface Sink {
  /** bytes that were written and that the system has not taken yet */
  readonly bufferedBytes: number;
  /** @param place where to go on behind this event, made only if the connection needs it */
  event(type: GatewayEventType, text: Buffer, place: () => string): void;
  message(message: ServerMessage, place: () => string): void;
  /** What is written inside goes out together. */
  together<T>(write: () => T): T;
  /** Once, when a socket that held at least `GATEWAY_CLIENT_BUFFER_BYTES` is empty. @returns takes the listener away */
  onceDrained(listener: () => void): () => void;
  /** Asks for a sign of life; ends the connection when the last one was not answered. */
  ping(): void;
  /** Ends it behind what was written, and anyhow after a short while. */
  end(code: EndCode, message: string): void;
}
