import { proxyOptions } from './fetch-java-parts.mjs';

it('says nothing to Maven without a proxy', () => {
  expect(proxyOptions({ NO_PROXY: 'localhost' })).toEqual([]);
});

it("tells Maven of HTTPS_PROXY in Java's words", () => {
  const options = proxyOptions({ HTTPS_PROXY: 'http://me:p%40ss@proxy.example:3128', NO_PROXY: '.internal.example, 10.0.0.1' });
  expect(options).toEqual(
    expect.arrayContaining([
      '-Dhttps.proxyHost=proxy.example',
      '-Dhttps.proxyPort=3128',
      '-Dhttps.proxyUser=me',
      '-Dhttps.proxyPassword=p@ss',
      '-Dhttp.nonProxyHosts=localhost|127.*|*.internal.example|10.0.0.1',
    ]),
  );
});

it('takes a proxy without its protocol', () => {
  expect(proxyOptions({ https_proxy: 'proxy.example:8080' })).toContain('-Dhttps.proxyPort=8080');
});
