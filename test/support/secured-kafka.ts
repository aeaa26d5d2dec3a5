import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cloneRoot, javaCommand, javaParts } from '../../deploy/local/clone-paths.js';
import { freePort, OwnBroker } from '../integration/kafka-own-broker.js';
import type { CertificateFiles } from './made-certificates.js';

/** A broker whose listener for others takes TLS and SCRAM alone; one in the clear is left for its administrator. */
export class SecuredKafka {
  private constructor(
    private readonly broker: OwnBroker,
    /** `localhost:port`, as its certificate says */
    readonly address: string,
    readonly port: number,
  ) {}

  static async start(certificate: CertificateFiles): Promise<SecuredKafka> {
    const secured = await freePort();
    const broker = await OwnBroker.create(({ port, controllerPort }) => ({
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort},SECURED://127.0.0.1:${secured}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port},SECURED://localhost:${secured}`,
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL',
      'listener.name.secured.sasl.enabled.mechanisms': 'SCRAM-SHA-512',
      'listener.name.secured.scram-sha-512.sasl.jaas.config': 'org.apache.kafka.common.security.scram.ScramLoginModule required;',
      'listener.name.secured.ssl.keystore.type': 'PEM',
      'listener.name.secured.ssl.keystore.location': certificate.store,
    }));
    return new SecuredKafka(broker, `localhost:${secured}`, secured);
  }

  /** Makes the user, or changes the password. */
  async addUser(name: string, password: string): Promise<void> {
    const change = ['--alter', '--entity-type', 'users', '--entity-name', name, '--add-config', `SCRAM-SHA-512=[password=${password}]`];
    const args = ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(javaParts(cloneRoot()).kafka, '*'), 'kafka.admin.ConfigCommand'];
    await promisify(execFile)(javaCommand(), [...args, '--bootstrap-server', this.broker.brokers.join(), ...change]);
  }

  remove(): Promise<void> {
    return this.broker.remove();
  }
}
