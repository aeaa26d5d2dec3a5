import { ConfigError, readPemFile } from '@elias/config';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { z } from 'zod';
import type { kafkaSettings } from './kafka-settings.js';

type Settings = z.output<z.ZodObject<typeof kafkaSettings>>;

/** Where the brokers are, and how one proves to them who one is. */
export interface KafkaConnection {
  /** host:port */
  readonly brokers: string[];
  /** null: in the clear */
  readonly ssl: KafkaConfig['ssl'] | null;
  /** null: nobody asks */
  readonly sasl: SASLOptions | null;
}

/**
 * Reads certificates once: a renewed one needs a restart. Tokens of IAM are made anew for every connection.
 * @throws ConfigError names each setting that lacks or does not fit the protocol
 */
export function kafkaConnection(settings: Settings): KafkaConnection {
  const protocol = settings.KAFKA_SECURITY_PROTOCOL;
  const mechanism = settings.KAFKA_SASL_MECHANISM;
  const isSasl = protocol.startsWith('SASL_');
  if (isSasl && mechanism === undefined)
    throw new ConfigError([{ name: 'KAFKA_SASL_MECHANISM', problem: `is missing, as ${protocol} wants one` }]);
  if (!isSasl && mechanism !== undefined)
    throw new ConfigError([{ name: 'KAFKA_SECURITY_PROTOCOL', problem: `is ${protocol}, which sends no password` }]);
  return {
    brokers: settings.KAFKA_BROKERS,
    ssl: protocol.endsWith('SSL') ? sslOf(settings) : sslUnused(settings, protocol),
    sasl: mechanism === undefined ? null : saslOf(mechanism, settings),
  };
}

const FILES = ['KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERTIFICATE_FILE', 'KAFKA_SSL_KEY_FILE'] as const;

/** The broker's name and certificate are always checked. */
function sslOf(settings: Settings): NonNullable<KafkaConfig['ssl']> {
  const [ca, cert, key] = FILES.map((name) => (settings[name] === undefined ? undefined : readPemFile(name, settings[name])));
  if ((cert === undefined) !== (key === undefined)) {
    throw new ConfigError([{ name: cert === undefined ? FILES[1] : FILES[2], problem: 'is missing: a certificate goes with its key' }]);
  }
  return { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: [ca] }), ...(cert === undefined ? {} : { cert, key }) };
}

/** A certificate that nobody looks at would pass for protection. */
function sslUnused(settings: Settings, protocol: string): null {
  const unused = FILES.filter((name) => settings[name] !== undefined);
  if (unused.length > 0)
    throw new ConfigError(unused.map((name) => ({ name, problem: `is not used with KAFKA_SECURITY_PROTOCOL ${protocol}` })));
  return null;
}

function saslOf(mechanism: NonNullable<Settings['KAFKA_SASL_MECHANISM']>, settings: Settings): SASLOptions {
  if (mechanism === 'AWS_MSK_IAM') return mskIam(settings);
  const { KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = settings;
  if (username === undefined || password === undefined) {
    const names = ['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'] as const;
    throw new ConfigError(
      names.filter((name) => settings[name] === undefined).map((name) => ({ name, problem: `is missing, as ${mechanism} wants it` })),
    );
  }
  if (mechanism === 'PLAIN') return { mechanism: 'plain', username, password };
  return { mechanism: mechanism === 'SCRAM-SHA-256' ? 'scram-sha-256' : 'scram-sha-512', username, password };
}

/** A name as MSK gives it: `b-1.elias.abc123.c2.kafka.eu-central-1.amazonaws.com`. */
const MSK_BROKER = /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?:\d+$/;

/** OAUTHBEARER with a token that is a signed address; credentials come from the AWS SDK's default chain. */
function mskIam({ KAFKA_BROKERS, KAFKA_SASL_REGION, KAFKA_SECURITY_PROTOCOL }: Settings): SASLOptions {
  if (KAFKA_SECURITY_PROTOCOL !== 'SASL_SSL')
    throw new ConfigError([{ name: 'KAFKA_SECURITY_PROTOCOL', problem: 'is not SASL_SSL, which AWS_MSK_IAM wants' }]);
  const region = KAFKA_SASL_REGION ?? MSK_BROKER.exec(KAFKA_BROKERS[0]!)?.[1];
  if (region === undefined)
    throw new ConfigError([
      { name: 'KAFKA_SASL_REGION', problem: 'is missing, and no broker of KAFKA_BROKERS is named as MSK names them' },
    ]);
  return {
    mechanism: 'oauthbearer',
    oauthBearerProvider: async () => {
      // its AWS clients are for those alone who use it
      const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
      return { value: (await generateAuthToken({ region })).token };
    },
  };
}
