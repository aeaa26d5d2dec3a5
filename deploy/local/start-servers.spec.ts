import { PORTS } from './setup/doctor.mjs';
import { APP_PORTS, SERVER_PORTS } from './start-servers.js';

it('prefers the ports that the doctor looks at', () => {
  expect(Object.values(PORTS).sort()).toEqual([...Object.values(SERVER_PORTS), ...Object.values(APP_PORTS)].sort());
});
