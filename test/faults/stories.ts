/** What is more than one fault at one place, each told by `run-story`. */
export const STORIES = {
  'two-loaders-overlap': { title: 'two groups of warehouse-loaders load the same windows at once' },
  'revisions-out-of-order': { title: 'revisions of a window come out of order' },
  'partial-after-whole': { title: 'a later partial telling comes after a whole one' },
  'a-b-a': { title: 'content A, then B, then A again' },
  'same-record-twice': { title: 'every record comes a second time' },
  'missing-part': { title: 'a window of trades lacks a part, then a complete one comes' },
  'offsets-lost': { title: 'retention takes announcements that nobody had read' },
  'loader-away': { title: 'both loaders are away while windows are sealed' },
  'new-loader-reads-all': { title: 'a loader of a new group reads the topic from its beginning' },
  'both-sources': { title: 'rds-loaders load the same windows from the topic and from archives' },
  's3-away': { title: 'S3 is away while windows are under way' },
  'redshift-away': { title: 'the Data API is away while windows are under way' },
  'exchange-away': { title: 'the exchange is away while windows are under way' },
  'power-cut': { title: 'the power is cut: everything is killed at once' },
  'judge-double': { title: 'the judge sees a row that stands twice in Redshift' },
  'judge-altered': { title: 'the judge sees a value that was changed in Postgres' },
  'judge-orphan': { title: 'the judge sees an archive that nobody announced' },
  'judge-bytes': { title: 'the judge sees an archive with other bytes' },
} as const satisfies Record<string, { title: string }>;
export type Story = keyof typeof STORIES;
