// Package operator knows the persons who run an installation: who they are and what they may do, the
// one-time codes by which they sign in, and their sessions. Whether a person may do something is asked
// by whoever does it; see Operator.Role.
package operator

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/audit"
)

// Role is what an operator may do. Each includes what the ones before it may.
type Role string

// The roles: a viewer reads, an operator also acts, an admin also changes what others work by.
const (
	Viewer Role = "viewer"
	Acting Role = "operator"
	Admin  Role = "admin"
)

// Roles are all of them, the least first.
func Roles() []Role { return []Role{Viewer, Acting, Admin} }

// ParseRole reads a role.
func ParseRole(text string) (Role, error) {
	for _, r := range Roles() {
		if text == string(r) {
			return r, nil
		}
	}
	return "", fmt.Errorf("%q is no role; give viewer, operator or admin", text)
}

// Operator is a person who runs the installation.
type Operator struct {
	ID   uuid.UUID
	Name string
	// Email is in small letters. It is that of one person alone among those without a Subject; an issuer
	// may tell the same of several.
	Email string
	// Subject is the issuer's URL, a space, and whom its tokens are about; "" for who was made by command
	// and signs in by codes.
	Subject string
	Role    Role
	// Payloads lets a viewer see what was written; see SeesPayloads.
	Payloads bool
	// Disabled keeps the person out.
	Disabled bool
	// UpdatedAt is what a change must have read.
	CreatedAt, UpdatedAt time.Time
}

// SeesPayloads tells whether the operator may read bodies of writes, requests and answers, which are
// about drivers: whoever acts on them must.
func (o Operator) SeesPayloads() bool { return o.Payloads || o.Role == Acting || o.Role == Admin }

// Ends tells whether the sessions of an operator end by a change: a session stands for what its operator
// may do, so that nobody who was signed in as something else goes on.
func (o Operator) Ends(to Operator) bool {
	return o.Role != to.Role || o.Payloads != to.Payloads || o.Disabled != to.Disabled
}

// Actor is how the audit log names the operator. Who comes from an issuer is named by its subject as well:
// an email there may be of the person's own choice.
func (o Operator) Actor() string {
	actor := audit.Operator + ":" + cmp.Or(o.Email, "-")
	if _, subject, external := strings.Cut(o.Subject, " "); external {
		actor += " sub:" + word(subject)
	}
	return actor
}

// word is a text as one word, so that what it holds passes for nothing else.
func word(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		return fmt.Sprintf("%q", text)
	}
	return text
}

// Met is the operator as an issuer tells of him now. What it cannot tell stays: whether he was disabled here.
func (o Operator) Met(now Operator) Operator {
	o.Name, o.Email, o.Role, o.Payloads, o.UpdatedAt = now.Name, now.Email, now.Role, now.Payloads, now.UpdatedAt
	return o
}

// String tells of an operator in one line.
func (o Operator) String() string {
	text := fmt.Sprintf("%s  %s <%s>, %s", o.ID, o.Name, o.Email, o.Role)
	if o.Role == Viewer && o.Payloads {
		text += " with payloads"
	}
	if o.Subject != "" {
		text += ", by the issuer"
	}
	if o.Disabled {
		text += ", disabled"
	}
	return text
}

// The longest that are kept, in bytes: an address of RFC 5321, and what fits a line.
const (
	mostEmail = 254
	mostName  = 200
)

// CheckEmail returns an address in small letters. It is a name to sign in under: nothing is sent there.
func CheckEmail(text string) (string, error) {
	text = strings.ToLower(text)
	local, domain, _ := strings.Cut(text, "@")
	if local == "" || domain == "" || strings.Contains(domain, "@") || len(text) > mostEmail || !plain(text) ||
		strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || strings.ContainsRune(`<>",;`, r) }) {
		return "", fmt.Errorf("%q is no email address; give one such as ada@carrier.example", text)
	}
	return text, nil
}

// CheckName refuses what is no name of a person.
func CheckName(text string) error {
	if text == "" || text != strings.TrimSpace(text) || len(text) > mostName || !plain(text) {
		return fmt.Errorf("%q is no name; give one of up to %d bytes, such as \"Ada Lind\"", text, mostName)
	}
	return nil
}

// plain tells whether a text can be printed as it is.
func plain(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, func(r rune) bool { return r != ' ' && !unicode.IsPrint(r) })
}

// What a store or a service answers.
var (
	// ErrNotFound: there is no such operator.
	ErrNotFound = errors.New("there is no such operator")
	// ErrExists: there is an operator of this email, or of this subject.
	ErrExists = errors.New("the operator exists")
	// ErrDisabled: the operator is kept out.
	ErrDisabled = errors.New("the operator is disabled")
	// ErrNoCode: nothing is opened by this code. Whether it never was, was used, or has ended is told to nobody.
	ErrNoCode = errors.New("the code is wrong, was used, or has ended")
	// ErrNoSession: there is no such session, or it has ended.
	ErrNoSession = errors.New("there is no such session")
)
