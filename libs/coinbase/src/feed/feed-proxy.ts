import type { Agent } from 'node:http';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { getProxyForUrl } from 'proxy-from-env';
import { isLoopback } from '../is-loopback.js';

/**
 * The way to a feed through the proxy that `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` name; undefined for the straight way, which every
 * feed on this machine is reached by.
 * @param url `wss://…` or `ws://…`
 */
export function feedProxy(url: string): Agent | undefined {
  const { protocol, host, hostname } = new URL(url);
  if (isLoopback(hostname)) return undefined;
  const proxy = getProxyForUrl(`${protocol === 'wss:' ? 'https' : 'http'}://${host}`);
  return proxy === '' ? undefined : new HttpsProxyAgent(proxy);
}
