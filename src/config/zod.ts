/** What haplog uses of zod. The build makes a file of its own of it, for those who have a configuration (scripts/build.mjs). */
export {
  array,
  type core,
  enum,
  int,
  literal,
  type output,
  preprocess,
  record,
  strictObject,
  string,
  union,
  type ZodEnum,
  type ZodType,
} from 'zod';
