// Package participant is the person in the programme: referral, eligibility, the path from entry to the last follow-up.
//
// A Person belongs to the installation and is known by fiscal codes; a participation is one person in one programme, entrusted to
// one partner. What the API calls Participant is the participation.
//
//   - A code is unique by its fingerprint, a keyed hash of the code as written: omocodia exists to tell two persons apart, so two
//     spellings of the same data are two persons, and only a warning says that they are alike.
//   - Nothing is said of somebody whom another body follows but that he is known.
//   - The states and their exits stand in Transitions; the one of a row is changed by an update that names the state it leaves.
//   - state_since never goes back; entered_on, left_on and the entry snapshot (FSE+, Reg. EU 2021/1057 Annex I) are facts, not
//     states, and the snapshot is taken once.
//   - The audience of a participation: its organisation and all bodies above, the case of its manager, its tutor, the person. Rows
//     under it carry the same.
//   - A protected participation is seen by its team, the person and those who are named, nobody else: its circle stands in the place of
//     the organisations. Its money stays with them under a pseudonym. What is due falls to the circle, and who may lift the protection
//     must be in it;
//     where nobody is any more, since roles end by themselves, the coordination of the lead body is named.
//   - Who represents a person in law, and he himself, are let in by who decides about the participation, never to himself, and never anybody
//     who works on the case; nor does who was let in get a part in it. The kind of title is sealed: it tells of health.
//   - A request to hand a person over has a row for each side. Neither shows who the other is before it is accepted; whoever is asked
//     for somebody who takes part in another programme only is the lead organisation, so that nothing tells the one from the other.
//   - Two records that turn out to be one human are merged, and split again. Each keeps what is about it, its key and its audience, so nobody
//     sees more than before; the person_id of enrolments, internships and entries is that of the record that stands, so that rules count one
//     human. Erasing him destroys the keys of all his records.
//   - Groups carry the class of what they reveal. Whoever refers a person writes them; only who reads the class reads them again.
//   - Whoever is erased keeps rows without a name: what was sealed stays and opens no more, what stood open is blanked by blank_person, and
//     no act changes anything of him. Only the data-protection officer of every programme of his erases, once the case is over, the
//     policy's retention has passed and nothing holds the data.
//
// # Import
//
// Room.Import reads a CSV file, UTF-8, separated by ";" or ",", with a header of these columns in any order:
//
//	fiscal_code   16 characters, or 11 digits while provisional
//	given_name, family_name
//	birth_day     2001-05-17 or 17/05/2001
//	municipality  ISTAT code, six digits
//	organisation  code of the partner to whom the person is entrusted
//	service       the service that refers
//	sex           F, M, X (non-binary), or empty
//	citizenship   ISO 3166-1 alpha-2; empty is IT, XX is undetermined
//	referred_on   a day; empty is today
//	groups, brings, needs, wishes   codes separated by |
//	phone, email
//
// The first seven are needed, all others may be left out of the header. An `error` column is passed over, so that a mended file of
// bad rows can be imported as it is.
package participant
