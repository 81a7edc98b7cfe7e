// Package member is who signs in: a member is known by issuer and subject and holds grants.
//
// A token or a page session proves issuer and subject; the member's grants of the day make the actor. Nobody registers himself: members are
// made by an invitation or by the demonstration, whose people sign in with an issuer of its own (DemonstrationIssuer).
//
//   - A member has a home body. Its administrator, and those of the bodies above it, answer for him: they grant, end, and delegate for an
//     absence, never to themselves. One who takes part in the programme has no home body, and no administrator learns that he signs in.
//   - Grants are dated and never taken back for days that are past. A delegation hands on what the absent member himself holds on the day from
//     his home body or one below it, for a time with an end; what was delegated to him, or another body gave him, is not handed on.
//   - Roles that are apart (access.Role.Apart) do not meet in one human, whatever accounts he has and whoever he stands in for.
//   - Nobody holds a role over a case in which he is the person, or represents him; the refusal does not say so to who administers. What the human
//     behind an invitation holds already is asked when he comes: who invites learns nothing of others by it.
//   - A body that has an administrator who can sign in keeps one.
//   - A phone is its member's for good. It is in use, or revoked, and then told to wipe at its next contact, and at last wiped, as its app says.
//     What a request says of its phone is no proof of anything: rights never follow from it.
//   - Who is named among the few who see a protected person is so in a role, and no longer than he holds the role; the last of them who could
//     lift the protection keeps his.
//
// Whoever changes who holds what holds one lock of the database meanwhile, so that two who end each other, or two halves of a pair that must not
// meet, are decided one after the other.
package member
