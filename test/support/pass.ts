/** One pass over an outbox, made of what the delivery loop is made of, for tests that set the clock by hand. */
import { type DeliveryDeps, serve } from '../../src/deliver.js';
import { lanesDue } from '../../src/lanes.js';

/** Sends what is due now, as much as one look brings. Returns how many attempts there were. */
export async function passOver(deps: DeliveryDeps): Promise<number> {
  let attempts = 0;
  const counting: DeliveryDeps = {
    ...deps,
    log(report) {
      attempts++;
      deps.log(report);
    },
  };
  const goingOn = new AbortController().signal;
  const lanes = await lanesDue(counting, new Map());
  await Promise.all([...lanes.values()].map((lane) => serve(counting, lane, goingOn)));
  return attempts;
}
