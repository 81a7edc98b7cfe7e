// What each scalar of the schema is in TypeScript; cursors are opaque, so they stay strings.
export const scalars = {
  Cents: 'number',
  Day: 'string',
  Month: 'string',
  LocalTime: 'string',
  Instant: 'string',
  Minutes: 'number',
  PageCursor: 'string',
  FeedCursor: 'string',
};
