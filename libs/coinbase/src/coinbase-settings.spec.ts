import { expect, it } from '@jest/globals';
import { feedUrlOf } from './coinbase-settings.js';

it.each([
  ['https://api.exchange.coinbase.com', 'wss://ws-feed.exchange.coinbase.com'],
  ['https://api.exchange.coinbase.com/', 'wss://ws-feed.exchange.coinbase.com'],
  ['http://127.0.0.1:8089', 'ws://127.0.0.1:8089'],
  ['https://exchange.example/replay', 'wss://exchange.example/replay'],
])('the feed of %s is at %s', (restUrl, feedUrl) => {
  expect(feedUrlOf(restUrl)).toBe(feedUrl);
});
