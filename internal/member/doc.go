// Package member is who signs in: a member is known by issuer and subject and holds grants.
//
// A token or a page session proves issuer and subject; the member's grants of the day make the actor. Nobody registers himself: members are
// made by an invitation or by the demonstration, whose people sign in with an issuer of its own (DemonstrationIssuer).
package member
