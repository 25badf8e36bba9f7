/** The grammar of traffic. The build puts it into a file of its own, for the command that prints it (scripts/build.mjs). */
export { parseTraffic, type Traffic } from '../../parsers/index.js';
