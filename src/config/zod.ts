/** The parts of zod that haplog uses. The build puts them into a file of their own, for those who have a configuration (scripts/build.mjs). */
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
