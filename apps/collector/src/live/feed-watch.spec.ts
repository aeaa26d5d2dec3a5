import { AWAY_AFTER_MS, FeedWatch } from './feed-watch.js';

let nowMs: number;
let said: string[];
let watch: FeedWatch;
beforeEach(() => {
  [nowMs, said] = [0, []];
  const say = (_fields: object, text: string): void => void said.push(text);
  watch = new FeedWatch({ info: say, warn: say }, () => nowMs);
});

it('warns once of a feed that is away for long, and tells when it is back', () => {
  watch.look(true, 3);
  for (nowMs = 0; nowMs <= 3 * AWAY_AFTER_MS; nowMs += 1_000) watch.look(false, 3);
  expect(said).toEqual(['the feed is away, nothing is streamed; windows go on']);
  expect(watch.note()).toBe('the feed has been away for 91 s');
  watch.look(true, 3);
  watch.look(true, 3);
  expect(said.slice(1)).toEqual(['the feed is back']);
  expect(watch.note()).toBe('the feed is connected, or nothing is streamed here');
});

it('says nothing of a short cut, nor where nothing is to be streamed', () => {
  watch.look(false, 3);
  nowMs = AWAY_AFTER_MS - 1;
  watch.look(false, 3);
  watch.look(true, 3);
  for (; nowMs < 5 * AWAY_AFTER_MS; nowMs += 1_000) watch.look(false, 0);
  expect(said).toEqual([]);
});
