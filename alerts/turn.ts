/** One turn of the state machine: what an event, or the passing of time, makes of the incidents, step by step. */
import type { HaproxyEvent, Instant } from '../parsers/index.js';
import { besides, masterNamed, masterOf } from './beside.js';
import type { Board, OutageChange } from './board.js';
import { fires, isUntold, tellsAgainAt, turnsAt } from './due.js';
import { backAgain, changesKey, comesAgain, flapped, withoutServer, withoutWorkers } from './flapping.js';
import { Herald, type Moment } from './herald.js';
import { type End, type Ending, endOf, type Incident, incidentKey, left, takenOver, turnedOff } from './incident.js';
import { Ledger } from './ledger.js';
import { Missed } from './missed.js';
import { withBackend } from './notification.js';
import type { Plan } from './plan.js';
import { holdMs } from './policy.js';
import type { Rule } from './rules.js';
import type { Sign } from './signs.js';
import type { Situation, Step } from './situation.js';
import { begun, isOver, joined, type Saying, type Spell, spellOf, spellOfSign } from './spell.js';
import type { Outage, Transition } from './state.js';
import { takenToBeOver, without } from './vanished.js';

/** Lives no longer than the step; nothing outside sees it. */
export class Turn {
  readonly #plan: Plan;
  readonly #moment: Moment;
  readonly #ledger: Ledger;
  readonly #herald: Herald;
  readonly #missed: Missed;
  /** As it was before this turn: a worker that comes with the event has no past on it. */
  readonly #board: Board;
  #changes: Situation['changes'];

  constructor(situation: Situation, plan: Plan, moment: Moment) {
    this.#plan = plan;
    this.#moment = moment;
    this.#ledger = new Ledger(situation, plan);
    this.#herald = new Herald(this.#ledger, plan, moment);
    this.#missed = new Missed(situation.missed, plan, this.#ledger, moment);
    this.#board = situation.board;
    this.#changes = situation.changes;
  }

  /** Takes in an outage that opened, ended, or is no longer planned work. */
  follow({ outage, fall, died = false, mayBeOverSince }: OutageChange): void {
    if (outage.end === null && !this.#isOn('outage')) return;
    const spell = spellOf(outage, fall, masterOf(this.#board, outage));
    const known = this.#ledger.get(spell);
    if (outage.end === null) this.#present(spell, known);
    else if (known !== undefined) this.#absent(spell, known, endOf(outage), died, mayBeOverSince);
  }

  /** Takes in what an event says of any other trouble. Mostly that it is not there, which is no news of a trouble that was not there before. */
  heed(event: Saying, sign: Sign): void {
    const { host, pid, at } = event;
    const { rule, subject, is, evidence = 'observed' } = sign;
    if (is !== 'absent' && !this.#isOn(rule)) return;
    const known = this.#ledger.get({ host, rule, subject });
    if (is === 'passing') this.#pass(event, sign, known);
    else if (is === 'present') this.#present(this.#spellOf(event, sign, known), known);
    else if (known !== undefined) this.#absent(this.#spellOf(event, sign, known), known, { pid, at, evidence }, false);
  }

  /** Takes in what has ended at a host with its workers. Not outages: the board ends those. */
  retire(host: string, ending: Ending): void {
    const { ends, died, backend } = ending;
    if (ends.length === 0) return;
    if (backend === null) this.#changes = withoutWorkers(this.#changes, host, ends);
    for (const incident of this.#ledger.endedBy(host, ending)) {
      this.#advance(ends.reduce((rest, end) => left(rest, end, died), incident));
    }
  }

  /** A new worker serves where others died: until it says otherwise, all is well again. */
  takeOver(event: HaproxyEvent): void {
    const isDead = ({ workers, resolvedAt, rule }: Incident) =>
      workers.length === 0 && resolvedAt === null && rule !== 'reload_failed';
    for (const incident of this.#ledger.open((one) => one.host === event.host && isDead(one))) {
      if (this.#goesOnBeside(incident, event.anew ? null : (event.master ?? null))) continue;
      this.#advance(takenOver(incident, event));
    }
  }

  /** Takes in that hosts are gone for good: whatever was still open there is over, as far as can be known. */
  vanish(hosts: ReadonlySet<string>): void {
    if (hosts.size === 0) return;
    for (const host of hosts) this.#ledger.forgetDue(host);
    this.#changes = without(this.#changes, hosts);
    const open = this.#ledger.open(({ host, resolvedAt }) => hosts.has(host) && resolvedAt === null);
    for (const one of open) this.#advance(takenToBeOver(one, this.#nowAt(one.host)));
  }

  /** Ends what is open under rules that are off by now: nobody looks at it any more. */
  endTurnedOff(): void {
    const off = this.#ledger.open(({ rule }) => !this.#isOn(rule));
    for (const one of off) this.#resolve(turnedOff(one, this.#nowAt(one.host)));
  }

  /** The clock of a host was set back. */
  setBack(host: string): void {
    this.#ledger.setBack(host, this.#nowAt(host), this.#moment.now);
  }

  /** Does what is due by now at one host. */
  passTime(host: string): void {
    const { tells } = this.#moment;
    const now = this.#nowAt(host);
    if (this.#ledger.isIdle(host, now, tells)) return;
    const due = this.#ledger.due(host, now, tells, (one) => this.#mayBeTold(one));
    for (const incident of due) if (this.#isDue(incident)) this.#advance(incident);
    this.#ledger.refresh(host, tells);
  }

  passTimeEverywhere(): void {
    for (const incident of this.#ledger.open((one) => this.#isDue(one) || this.#isQuiet(one))) this.#advance(incident);
  }

  /** Tells what began and ended while haplog did not look, now that nothing is left to read. */
  tellMissed(): void {
    this.#missed.tell();
  }

  end({ board, clocks }: Pick<Situation, 'board' | 'clocks'>, transition: Transition | null, outages: Outage[]): Step {
    const { incidents, changed } = this.#ledger;
    const agendas = this.#ledger.agendas();
    const told = [...this.#missed.notifications, ...this.#herald.notifications];
    return {
      situation: { board, clocks, incidents, agendas, changes: this.#changes, missed: this.#missed.waiting },
      transition,
      outages,
      incidents: changed,
      notifications: told.map((each) => withBackend(each, board)),
    };
  }

  #spellOf(event: Saying, sign: Sign, known: Incident | undefined): Spell {
    return spellOfSign(event, sign, masterOf(this.#board, event), known !== undefined);
  }

  #present(spell: Spell, incident: Incident | undefined): void {
    if (incident && isOver(incident, spell)) {
      this.#resolve(incident); // this is trouble of its own
      this.#advance(this.#begun(spell));
    } else {
      const goesOn = incident && backAgain(incident, joined(incident, spell), spell.at, this.#plan.policy);
      this.#advance(goesOn ?? this.#begun(spell));
    }
  }

  #absent(spell: Spell, incident: Incident, end: End, died: boolean, since?: Instant): void {
    if (incident.resolvedAt !== null && spell.rule !== 'outage') return;
    if (spell.orphan && this.#goesOnBeside(incident, spell.master)) return;
    // It may have begun while the host's clock was ahead, and cannot end later than now.
    const at = Math.min(end.at, this.#nowAt(spell.host));
    const after = left(incident, { ...end, at }, died);
    this.#advance(after);
    // If it may have been over for long enough, it was: what begins now is news to those who were told of it.
    const isOver = since !== undefined && after.resolvedAt !== null && incident.phase === 'firing';
    if (isOver && this.#ledger.get(spell) && at >= turnsAt({ ...after, resolvedAt: since }, this.#plan))
      this.#resolve(after);
  }

  /** Takes in that a server has gone up or down once more. Too often within a time, and it flaps, until it has not changed for a while. */
  #pass(event: Saying, sign: Sign, known: Incident | undefined): void {
    const { at, host, pid } = event;
    const key = changesKey(host, pid, sign.subject);
    const { recent, flaps } = flapped(this.#changes.get(key) ?? [], at, this.#plan.policy.flapping);
    this.#changes = this.#changes.with(key, recent);
    if (!known && !flaps) return;
    const spell = this.#spellOf(event, sign, known);
    const incident = known ? { ...joined(known, spell), times: 1 } : { ...this.#begun(spell), openedAt: recent[0]! };
    const changes = known ? (known.flaps?.changes ?? 0) + 1 : recent.length;
    const { state = 'up' } = sign;
    this.#advance({ ...incident, resolvedAt: at, endEvidence: 'observed', workers: [], flaps: { changes, state } });
  }

  /** All is well with one service of the host. Returns whether the incident is also another service's, and goes on for that one alone. */
  #goesOnBeside(incident: Incident, master: number | null): boolean {
    const masters = besides(incident, masterNamed(this.#board.workers.get(incident.host), master));
    if (masters.length === 0) return false;
    if (masters.length !== incident.masters?.length) this.#ledger.put({ ...incident, masters });
    return true;
  }

  #begun(spell: Spell): Incident {
    const incident = begun(spell, this.#plan.policy.rules[spell.rule].severity);
    return this.#moment.past ? { ...incident, past: true } : incident;
  }

  /** Whether time has something to change, or something is to be told that may be told now. */
  #isDue(incident: Incident): boolean {
    if (this.#nowAt(incident.host) >= turnsAt(incident, this.#plan)) return true;
    return this.#moment.tells && this.#mayBeTold(incident);
  }

  #mayBeTold(incident: Incident): boolean {
    if (isUntold(incident)) return true;
    // Acknowledgements come by command, and stand in no agenda.
    if (incident.ack === null && this.#plan.acknowledgements.has(incident.id)) return fires(incident);
    return this.#nowAt(incident.host) >= tellsAgainAt(incident, this.#plan);
  }

  /** Whether it is kept quiet: what keeps it so may have been lifted by command. */
  #isQuiet(incident: Incident): boolean {
    return this.#moment.tells && incident.quietUntil !== null && fires(incident);
  }

  /** Brings the incident up to date, and tells what is to be told of it. */
  #advance(incident: Incident): void {
    const { policy } = this.#plan;
    const { openedAt } = incident;
    const now = this.#nowAt(incident.host);
    const firesAt = openedAt + holdMs(policy, incident);
    // A pending incident whose trouble ended before its hold had passed never fires.
    const lasted = incident.resolvedAt === null || incident.resolvedAt >= firesAt;
    const isNew = incident.phase === 'pending' && now >= firesAt && lasted;
    const current = isNew ? this.#fired(incident, firesAt) : incident;
    if (current !== this.#ledger.get(incident)) this.#ledger.put(current);
    if (current.resolvedAt !== null && now >= turnsAt(current, this.#plan)) this.#resolve(current);
    else if (this.#moment.tells && fires(current)) this.#herald.tell(current);
  }

  /** The incident as it fires. Whether it has come again and again is known now. */
  #fired(incident: Incident, firedAt: Instant): Incident {
    const { policy } = this.#plan;
    const fired: Incident = { ...incident, phase: 'firing', firedAt };
    if (fired.planned || fired.rule === 'flapping' || !policy.rules.flapping.on) return fired;
    const key = incidentKey(fired);
    const { recent, settlesMs } = comesAgain(this.#changes.get(key) ?? [], firedAt, policy);
    this.#changes = this.#changes.with(key, recent);
    return { ...fired, settlesMs };
  }

  #resolve(incident: Incident): void {
    const resolved: Incident = { ...incident, phase: 'resolved' };
    this.#ledger.close(resolved);
    if (resolved.rule === 'flapping')
      this.#changes = withoutServer(this.#changes, resolved, this.#board.workers.get(resolved.host));
    if (resolved.settlesMs !== null) this.#changes = this.#changes.without(incidentKey(resolved));
    this.#herald.tellEnd(resolved);
    this.#missed.note(resolved);
  }

  #isOn(rule: Rule): boolean {
    return this.#plan.policy.rules[rule].on;
  }

  #nowAt(host: string): Instant {
    return this.#moment.nowAt(host);
  }
}
