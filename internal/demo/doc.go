// Package demo makes a lived-in programme: invented people, companies, internships and a register, up to a chosen day.
//
// It is thought out first and done afterwards. Chance with a fixed seed imagines who comes when, what becomes of whom, and what the
// office does late or forgets; all of it goes on an agenda of acts, each with its simulated time and the member who does it. Then
// the acts of the rooms are done in that order, under that member's rights and that clock. Nothing is written beside the acts but
// members and their grants, for which there is no act yet.
//
// The same programme and the same last day give the same demonstration, but for the ids that acts make themselves. The last day
// shifts everything, so that people are in every state whenever it is made.
//
// Nobody in it exists: names are joined from lists in which many family names are made up, companies and streets are invented,
// addresses of e-mail end in .example or demo.lavoro, and telephone numbers lead nowhere.
//
// The last thing written are the participants who may sign in: without them the demonstration is unfinished, and is made anew.
package demo
