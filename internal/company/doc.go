// Package company holds the employers of the territory, their places of work, whom to call there, and the seats that they offer.
//
// A company belongs to the installation, not to a programme: its entity code (11 digits, checked) names it once. A partner that
// registers a company already known gets that one shared with it: the stored data stay, and what differs is a warning.
//
// Who sees what:
//
//	company, site  the organisation lines of the partners that work with it, and the company's own id, the key of its host tutors
//	contact        the line of the partner who wrote it down, and the company
//	opening        every partner of its programme, and the company: whoever follows a person may propose any seat. Offering it shows
//	               company and site to every partner too, for a seat without its place is of no use; contacts stay where they were.
//
// An opening is changed only by who may act for the partner that found it, though all see it. Its states:
//
//	OPEN    seats are free
//	FILLED  every seat is taken by an internship that is drafted or further; OPEN again as soon as one is free
//	CLOSED  no longer offered. Final; internships that it led to go on.
//
// OPEN and FILLED follow from the internships: their acts call Seats in their own transaction.
//
// How many interns a site may host at once is the pure rule InternLimit over its headcount and the policy in force
// (placement.host_quota; 2017 guidelines, see the package of placement for who counts). Times are minutes of a civil day of
// Europe/Rome, 1440 is its end; weekdays are ISO, 1 is Monday.
//
// # Import
//
// Import reads a CSV file, UTF-8, separated by ";" or ",", with a header of these columns in any order:
//
//	entity_code   partita IVA or code of the body, 11 digits
//	name
//	ateco         as 56, 56.10 or 56.10.11
//	headcount     permanent employees over all sites
//	municipality  ISTAT code, six digits
//	organisation  code of the partner that works with it
//	site_name, site_address, site_municipality, site_headcount
//	              a place of work; of one that is given, only the address is needed, the rest is the company's own
//	contact_name, contact_title, contact_phone, contact_email
//
// The first six are needed, all others may be left out of the header. A company with several sites has several rows, which must agree
// on the company. One that is known already is shared as Register does; what differs from the stored data is told and does not make
// a row bad. An `error` column is passed over, so that a mended file of bad rows can be imported as it is.
package company
