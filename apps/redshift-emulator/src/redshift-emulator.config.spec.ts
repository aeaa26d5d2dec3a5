import { ConfigError, loadConfig } from '@elias/config';
import { redshiftEmulatorConfig } from './redshift-emulator.config.js';

const EMULATOR_POSTGRES_URL = 'postgres://redshift@127.0.0.1:5432/redshift';

it('needs no more than its database', () => {
  expect(loadConfig(redshiftEmulatorConfig, { EMULATOR_POSTGRES_URL })).toMatchObject({
    HTTP_HOST: '127.0.0.1',
    EMULATOR_DATABASE: 'dev',
    EMULATOR_WORKGROUPS: ['elias'],
    EMULATOR_ISOLATION: 'serializable',
    EMULATOR_COPY_RESULT_ROWS: 'zero',
    EMULATOR_FAULTS: [],
  });
});

it('reads lists and faults', () => {
  const config = loadConfig(redshiftEmulatorConfig, {
    EMULATOR_POSTGRES_URL,
    EMULATOR_WORKGROUPS: 'elias, other',
    EMULATOR_FAULTS: '[{"kind":"throttle","times":2}]',
  });
  expect(config.EMULATOR_WORKGROUPS).toEqual(['elias', 'other']);
  expect(config.EMULATOR_FAULTS).toMatchObject([{ kind: 'throttle', times: 2 }]);
});

it.each([
  [{}, /^setting EMULATOR_POSTGRES_URL: is missing$/],
  [{ EMULATOR_POSTGRES_URL: 'mysql://secret@host/x' }, /^setting EMULATOR_POSTGRES_URL: is malformed/],
  [{ EMULATOR_POSTGRES_URL, EMULATOR_FAULTS: '[{"kind":"rain"}]' }, /^setting EMULATOR_FAULTS: is malformed/],
  [{ EMULATOR_POSTGRES_URL, EMULATOR_ISOLATION: 'read committed' }, /^setting EMULATOR_ISOLATION: is malformed/],
])('names the setting that is wrong, never its value', (env, message) => {
  const load = (): unknown => loadConfig(redshiftEmulatorConfig, env);
  expect(load).toThrow(ConfigError);
  expect(load).toThrow(message);
  expect(load).not.toThrow(/secret|rain|committed/);
});
