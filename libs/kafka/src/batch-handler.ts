import { EventPattern } from '@nestjs/microservices';
import { RecordBatch } from './record-batch.js';

type Method = (...args: unknown[]) => unknown;

/**
 * Marks a controller's method as the handler of a topic: `handler(batch: RecordBatch): Promise<void>`.
 * What the method throws is kept on the batch: Nest's RPC layer would turn it into "Internal server error",
 * and the transport decides by the error's disposition.
 * @param transport of an app with several strategies: the `transportId` of the one whose handler it is
 */
export function BatchHandler(topic: string, transport?: symbol): MethodDecorator {
  return (target, propertyKey, descriptor) => {
    const original = descriptor.value as Method | undefined;
    if (typeof original !== 'function') throw new TypeError(`BatchHandler is for methods: ${String(propertyKey)}`);
    const guarded = async function (this: unknown, ...args: unknown[]): Promise<void> {
      try {
        await original.apply(this, args);
      } catch (error) {
        const batch = args.find((argument) => argument instanceof RecordBatch);
        if (batch === undefined) throw error;
        batch.fail(error);
      }
    };
    for (const key of Reflect.getOwnMetadataKeys(original) as unknown[]) {
      Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), guarded);
    }
    (descriptor as PropertyDescriptor).value = guarded;
    const pattern = transport === undefined ? EventPattern(topic) : EventPattern(topic, transport);
    (pattern as MethodDecorator)(target, propertyKey, descriptor);
  };
}
