import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { X509Certificate } from '@peculiar/x509';
import type { webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** Files of one server's certificate, in PEM. */
export interface CertificateFiles {
  certificate: string;
  key: string;
  /** key and certificate in one file, as Kafka's PEM key stores have them */
  store: string;
}

/** An authority of the test's own, with everything that it signs, in a folder that is removed after. */
export class MadeAuthority {
  readonly folder = mkdtempSync(join(tmpdir(), 'elias-certificates-'));

  private constructor(
    private readonly certificate: X509Certificate,
    private readonly keys: webcrypto.CryptoKeyPair,
  ) {
    writeFileSync(this.caFile, certificate.toString('pem'));
  }

  static async make(name = 'Elias test authority'): Promise<MadeAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      ...{ name: `CN=${name}`, keys, signingAlgorithm: ALGORITHM, ...validity() },
      extensions: [new BasicConstraintsExtension(true, 1, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
    });
    return new MadeAuthority(certificate, keys);
  }

  get caFile(): string {
    return join(this.folder, 'ca.pem');
  }

  /** @param host the one name that the certificate is for */
  async sign(host: string): Promise<CertificateFiles> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      ...{ subject: `CN=${host}`, issuer: this.certificate.subject, ...validity() },
      ...{ publicKey: keys.publicKey, signingKey: this.keys.privateKey, signingAlgorithm: ALGORITHM },
      extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: host }])],
    });
    const certificatePem = `${certificate.toString('pem')}\n${this.certificate.toString('pem')}\n`;
    const keyPem = `${PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`;
    const files = {
      certificate: join(this.folder, `${host}.pem`),
      key: join(this.folder, `${host}.key`),
      store: join(this.folder, `${host}.store`),
    };
    writeFileSync(files.certificate, certificatePem);
    writeFileSync(files.key, keyPem, { mode: 0o600 });
    writeFileSync(files.store, `${keyPem}${certificatePem}`, { mode: 0o600 });
    return files;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** The machine that checks may have a clock of its own. */
function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
}
