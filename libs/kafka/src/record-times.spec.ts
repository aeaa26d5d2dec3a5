import { latestSecond } from './record-times.js';

it.each([
  [1_701_388_800, 1_701_302_400, 1_701_302_400],
  [1_701_388_800, 1_701_388_800, 1_701_388_800],
  [1_701_388_800, 1_801_388_800, 1_701_388_800],
  [1_701_388_800, 0, 0],
  [1, 1, 1],
])('up to %i, holding till %i: %i, in few looks', async (nowS, till, expected) => {
  let looks = 0;
  const found = await latestSecond(nowS, (second) => {
    looks += 1;
    return Promise.resolve(second <= till);
  });
  expect(found).toBe(expected);
  expect(looks).toBeLessThanOrEqual(31);
});
