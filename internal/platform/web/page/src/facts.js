// What the examples need to know of the signed-in person: a programme, and an hour of the register still to be written.

const lookBack = 28;
const stretchesEach = 3;

// civilDay names the day in Europe/Rome that lies so many days before now, as YYYY-MM-DD.
export function civilDay(daysAgo, now = new Date()) {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Rome' }).format(now);
  const moved = new Date(`${day}T12:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() - daysAgo);
  return moved.toISOString().slice(0, 10);
}

export const since = (now) => civilDay(lookBack, now);

// programmeOf is the first programme in which the viewer holds a grant.
export const programmeOf = (viewer) => viewer.grants.map((grant) => grant.programme).find(Boolean);

// freeHours lists stretches of the internships' timetables on which their person has no entry yet, latest first and at
// most a few of each internship. Whether the rules let one be written, only the server knows: see firstGood.
export function freeHours(placements, now = new Date()) {
  const taken = new Map();
  const found = [];
  for (let daysAgo = 0; daysAgo <= lookBack; daysAgo += 1) {
    const day = civilDay(daysAgo, now);
    for (const placement of placements) {
      const hours = placement.enrolment && (taken.get(placement.id) ?? 0) < stretchesEach && stretch(placement, day);
      if (!hours) continue;
      taken.set(placement.id, (taken.get(placement.id) ?? 0) + 1);
      found.push({ enrolment: placement.enrolment.id, day, from: hours.from, to: hours.to });
    }
  }
  return found;
}

// firstGood picks by the answers of a preview the first stretch that may be written without remark; undefined when none.
export function firstGood(hours, answers) {
  const good = answers.find(({ refusals, warnings }) => refusals.length === 0 && warnings.length === 0);
  return good && hours[good.index];
}

function stretch({ fromDay, toDay, opening, participant }, day) {
  if (day < fromDay || day > toDay) return null;
  if (participant?.attendances.nodes.some((entry) => entry.day === day)) return null;
  const weekday = new Date(`${day}T12:00:00Z`).getUTCDay() || 7;
  const timetable = opening?.hours ?? [1, 2, 3, 4, 5].map((usual) => ({ weekday: usual, from: '09:00', to: '13:00' }));
  return timetable.find((hours) => hours.weekday === weekday);
}
