import { HttpsProxyAgent } from 'https-proxy-agent';
import { feedProxy } from './feed-proxy.js';

const SETTINGS = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'no_proxy', 'NO_PROXY'];
const before = SETTINGS.map((name) => [name, process.env[name]] as const);
beforeEach(() => {
  for (const name of SETTINGS) delete process.env[name];
});
afterAll(() => {
  for (const [name, value] of before) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
});

it('goes through the proxy that is named, but to this machine and to what needs none', () => {
  expect(feedProxy('wss://feed.example.com')).toBeUndefined();
  process.env['HTTPS_PROXY'] = 'http://proxy.example.com:3128';
  const agent = feedProxy('wss://feed.example.com/path');
  expect(agent).toBeInstanceOf(HttpsProxyAgent);
  expect((agent as HttpsProxyAgent<string>).proxy.host).toBe('proxy.example.com:3128');
  expect(feedProxy('ws://127.0.0.1:8700')).toBeUndefined();
  process.env['NO_PROXY'] = 'example.com,feed.example.com';
  expect(feedProxy('wss://feed.example.com')).toBeUndefined();
});
