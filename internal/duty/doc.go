// Package duty keeps what is due: who must do the next step, until when, who takes over, and who was reminded.
//
// Rooms hand over their clocks (event.Clock) and tell their transitions (event.Transition). OnState writes dues inside the act's own
// transaction: leaving a state closes its due, entering one that has a clock opens the next. Postgres is authoritative; a
// notice is only a hint to a person, and a lost one is followed by the next reminder.
//
// Runner is the one service that acts by itself. Where several run, a lease keeps all but one idle; it is prolonged while work goes on, and work ends where it is lost. But nothing depends on it: the rows of
// dues and of reaction positions are locked by the transaction that works on them. It reminds and escalates what is overdue, and
// it runs reactions: each reads the outbox of a programme from its own position, and moves that position in the transaction of its
// effect, so an event takes effect exactly once however often the runner dies. An error is logged when it begins, and tried again.
//
// It acts as the system actor: one well-known member with a SYSTEM grant on the programme's lead organisation.
package duty
