package programme

import (
	"strings"

	"github.com/lavoroincorso/lavoro/internal/platform/journal"
)

// rule is what the program knows of one code: a policy must give each, in this unit, with a value of this sort.
type rule struct {
	code string
	unit string // years, months, days, minutes, cents, percent, persons, count, time, code, codes, table
	form form
}

// known lists every rule. A code that is not here is refused in a file, and the getters of a Policy panic on it. A new rule needs
// care: versions made before it have no value for it.
var known = append([]rule{
	{"eligibility.minimum_age", "years", whole(14, 99)},
	{"eligibility.excluding_measures", "codes", codes(Exclusions)},
	{"eligibility.check_validity_days", "days", whole(1, 3650)},
	{"eligibility.found_outcome", "code", word("OK", "WARN", "BLOCK")},
	{"eligibility.unknown_outcome", "code", word("OK", "WARN", "BLOCK")},
	{"eligibility.territory_outcome", "code", word("OK", "WARN", "BLOCK")},
	{"eligibility.group_outcome", "code", word("OK", "WARN", "BLOCK")},

	{"limits.adult.day_minutes", "minutes", whole(1, 1440)},
	{"limits.adult.week_minutes", "minutes", whole(1, 10080)},
	{"limits.adult.month_minutes", "minutes", wholeOrNone(1, 31*1440)},
	{"limits.minor.age", "years", whole(14, 25)},
	{"limits.minor.day_minutes", "minutes", whole(1, 1440)},
	{"limits.minor.week_minutes", "minutes", whole(1, 10080)},
	{"limits.minor.month_minutes", "minutes", wholeOrNone(1, 31*1440)},
	{"limits.minor.night_from", "time", timeOfDay},
	{"limits.minor.night_to", "time", timeOfDay},
	{"limits.minor.rest_days", "days", whole(0, 6)},
	{"limits.minor.stretch_minutes", "minutes", whole(1, 1440)},
	{"limits.minor.break_minutes", "minutes", whole(0, 1440)},

	{"attendance.late_days", "days", whole(0, 3650)},
	{"attendance.delivery_days", "days", whole(0, 365)},
	{"attendance.host_silence_days", "days", whole(1, 365)},
	{"attendance.silent_days", "days", whole(1, 365)},
	{"attendance.presence_day_minutes", "minutes", whole(1, 1440)},
	{"attendance.signing_days", "days", whole(1, 60)},
	{"attendance.signing_code_minutes", "minutes", whole(1, 120)},
	{"attendance.signing_messages", "count", whole(1, 1000)},
	{"attendance.timetable_tolerance_minutes", "minutes", whole(0, 1440)},

	{"allowance.method", "code", word("HOURLY", "THRESHOLD", "BANDS")},
	{"allowance.hourly_rate", "cents", amount()},
	{"allowance.rounding", "code", word("HALF_UP", "HALF_EVEN", "DOWN")},
	{"allowance.monthly_cap", "cents", amount()},
	{"allowance.threshold", "table", threshold},
	{"allowance.bands", "table", bands},
	{"allowance.paid_kinds", "codes", codes(ActivityKinds)},
	{"allowance.absorption", "codes", codes(ActivityKinds)},
	{"allowance.paid_absences", "codes", codes(AbsenceReasons)},
	{"allowance.withholding", "table", withholding},
	{HousingRule, "table", housing},

	{routesRule, "table", routes},
	{beyondRule, "code", word(string(Refuse), string(Acknowledge))},
	{"payment.calendar", "table", paymentCalendar},
	{"payment.closing_days", "table", days},
	{"payment.second_approval_above", "cents", amount()},
	{"payment.second_approval_days", "days", whole(0, 366)},
	{"payment.check_days", "days", whole(1, 3650)},
	{"payment.details_rest_days", "days", whole(0, 60)},

	{"recovery.offset_percent", "percent", whole(0, 100)},
	{"recovery.leaves", "cents", amount()},
	{"recovery.least", "cents", amount()},

	{"placement.duration_months", "months", whole(1, 60)},
	{"placement.max_months", "months", whole(1, 60)},
	{"placement.extension_months", "months", whole(0, 60)},
	{"placement.extension_need", "code", word("EVERY", "BEYOND")},
	{"placement.extension_notice_days", "days", whole(0, 365)},
	{"placement.extension_communication_days", "days", whole(0, 365)},
	{"placement.host_quota", "table", quota},
	{"placement.tutor_max_interns", "persons", whole(1, 1000)},
	{"placement.host_tutor_max_interns", "persons", whole(1, 1000)},
	{"placement.communication_days_before", "days", whole(0, 365)},
	{"placement.suspension_min_days", "table", daysByCode(SuspensionReasons)},
	{"placement.attestation_percent", "percent", whole(0, 100)},
	{"placement.quota_exempt_groups", "codes", codes(PriorityGroups)},
	{"placement.safety_certificates", "codes", codes(Certificates)},

	{"matching.weights", "table", weights},
	{"matching.kept", "count", whole(1, 1000)},

	{"counts.small", "count", whole(2, 100)},

	{"access.invitation_days", "days", whole(1, 60)},

	{"duty.reminder_days", "days", whole(1, 365)},
	{"duty.escalation_days", "days", whole(1, 365)},

	// Of what may become of evidence a file decides the length alone: less than two years is refused.
	{actMonths, "months", whole(journal.LeastMonths, 600)},
	{readMonths, "months", whole(journal.LeastMonths, 600)},
	{"retention.participant_days_after_close", "days", whole(0, 36500)},
	{"retention.rejected_days", "days", whole(0, 36500)},

	{"access.fresh_acts", "codes", actNames},
	{"access.fresh_minutes", "minutes", whole(1, 1440)},
}, clocks(
	"participant", "REFERRED ELIGIBILITY_CHECK EVALUATION PAP_DRAFT PAP_SIGNED ACTIVE WITHDRAWN EXCLUDED COMPLETED FOLLOWUP_28D FOLLOWUP_6M",
	"handover", "REQUESTED",
	"placement", "DRAFT MATCHED PFI_SIGNED COMMUNICATED RUNNING SUSPENDED INTERRUPTED ENDED",
	"match", "SUGGESTED PROPOSED ACCEPTED",
	"opening", "OPEN FILLED",
	"enrolment", "ENROLLED SUSPENDED",
	"attendance", "CONTESTED",
	"register", "SUBMITTED HOST_CERTIFIED PROMOTER_CERTIFIED",
	"payment", "DRAFT COMPUTED CHECKED APPROVED EXPORTED",
	"answer", "CONTRADICTED",
	"transfer", "LEFT_BEHIND",
	"statement", "CONTESTED UPHELD",
	"allowance", "STUCK",
	"recovery", "OPEN",
	"discharge", "WAITING",
	"housing", "REQUESTED GRANTED",
)...)

// clocks makes a rule clock.<concept>.<STATE> for each state from which something is due: days until the next step.
func clocks(conceptsAndStates ...string) []rule {
	var all []rule
	for i := 0; i < len(conceptsAndStates); i += 2 {
		for _, state := range strings.Fields(conceptsAndStates[i+1]) {
			all = append(all, rule{"clock." + conceptsAndStates[i] + "." + state, "days", whole(0, 3650)})
		}
	}
	return all
}

// Rules lists the codes of all rules that a policy has, in the order in which they are shown.
func Rules() []string {
	codes := make([]string, len(known))
	for i, r := range known {
		codes[i] = r.code
	}
	return codes
}
