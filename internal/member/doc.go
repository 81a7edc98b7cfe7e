// Package member is who signs in: a member is known by issuer and subject and holds grants.
//
// A token proves issuer and subject; the member's grants of the day make the actor. Nobody registers himself: members are made by
// an invitation or by the demonstration. Demonstration tokens are signed with the database's own secret and hold only where the
// database is of kind DEMONSTRATION.
package member
