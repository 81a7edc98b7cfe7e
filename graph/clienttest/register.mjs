// Entries of the register, as what a feed is to tell of.
import { ask, demand, operation } from './server.mjs';

// recorder writes one piece after the other of the free hours, and answers each entry.
export function recorder(token, { enrolment, day, from: first, to: end }, minutes = 30) {
  let from = first;
  return async () => {
    const to = later(from, minutes);
    demand(to <= end, 'there are no hours left to record');
    const { recordAttendance } = await ask(token, operation('RecordAttendance'), { input: { entries: [{ enrolment, day, from, to }] } });
    const [answer] = recordAttendance.answers;
    demand(recordAttendance.refusals.length === 0 && answer?.refusals.length === 0, 'recordAttendance was refused', recordAttendance);
    demand(answer.attendance.day === day && answer.attendance.standing === 'COUNTED', 'the entry does not count', answer);
    from = to;
    return answer.attendance;
  };
}

function later(time, minutes) {
  const [hours, past] = time.split(':').map(Number);
  const then = hours * 60 + past + minutes;
  return [Math.floor(then / 60), then % 60].map((part) => String(part).padStart(2, '0')).join(':');
}
