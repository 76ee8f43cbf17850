package operator

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/waybill-dev/waybill/internal/fence"
)

// Desk makes operators and changes them, for whoever works on the machine. Its errors are for that person. It
// works on the database directly, beside a service that may run over it.
type Desk struct {
	kept offices
	now  func() time.Time
}

// offices are what a desk needs of the store.
type offices interface {
	Directory
	Leavings
}

// NewDesk returns a desk over a store.
func NewDesk(kept offices, now func() time.Time) *Desk { return &Desk{kept, now} }

// Order says what operator to make.
type Order struct {
	Email, Name string
	Role        Role
	Payloads    bool
}

// ErrPayloads refuses to let somebody see what he sees anyway.
var ErrPayloads = errors.New("operators and admins see payloads anyway; leave --payloads out, or give the role viewer")

// Create makes an operator who signs in by codes, and his first one.
func (d *Desk) Create(ctx context.Context, order Order) (o Operator, code string, c Code, err error) {
	email, err := CheckEmail(order.Email)
	if err == nil {
		err = CheckName(order.Name)
	}
	if err == nil && order.Payloads && order.Role != Viewer {
		err = ErrPayloads
	}
	if err != nil {
		return o, "", c, err
	}
	at := d.clock()
	o = Operator{ID: uuid.Must(uuid.NewV7()), Name: order.Name, Email: email, Role: order.Role, Payloads: order.Payloads,
		CreatedAt: at, UpdatedAt: at}
	code, c = newCode(at)
	err = d.kept.InsertOperator(ctx, o, &c)
	switch {
	case errors.Is(err, ErrExists):
		err = fmt.Errorf("there is an operator %s; `waybill operator link %[1]s` gives them another code, and "+
			"`waybill operator set %[1]s` another name or role", email)
	case err != nil:
		err = fmt.Errorf("storing the operator: %w", err)
	}
	return o, code, c, err
}

// All lists all operators by their emails.
func (d *Desk) All(ctx context.Context) ([]Operator, error) { return d.kept.Operators(ctx) }

// Named returns the operator of an email or an id.
func (d *Desk) Named(ctx context.Context, name string) (Operator, error) {
	all, err := d.kept.Operators(ctx)
	if err != nil {
		return Operator{}, fmt.Errorf("looking up the operator: %w", err)
	}
	var found []Operator
	for _, o := range all {
		if o.ID.String() == name {
			return o, nil
		}
		if o.Email == strings.ToLower(name) {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return Operator{}, fmt.Errorf("there is no operator %s; `waybill operator list` shows those that there are", name)
	case 1:
		return found[0], nil
	}
	return Operator{}, fmt.Errorf("%s is the email of several operators, as the issuer tells it; name one by the id that "+
		"`waybill operator list` shows", name)
}

// Link gives an operator another code; the one before ends.
func (d *Desk) Link(ctx context.Context, name string) (o Operator, code string, c Code, err error) {
	if o, err = d.Named(ctx, name); err != nil {
		return o, "", c, err
	}
	switch {
	case o.Subject != "":
		return o, "", c, fmt.Errorf("%s signs in at the issuer, and not by codes; `waybill operator create` makes an operator "+
			"who does", o.Email)
	case o.Disabled:
		return o, "", c, fmt.Errorf("%s is disabled, and no code would open; `waybill operator enable %[1]s` lets them in again",
			o.Email)
	}
	code, c = newCode(d.clock())
	if err = d.kept.PutCode(ctx, o.ID, c); err != nil {
		err = fmt.Errorf("storing the code: %w", err)
	}
	return o, code, c, err
}

// Change says what becomes of an operator; what is nil stays.
type Change struct {
	Name     *string
	Role     *Role
	Payloads *bool
	// Sure tells that the last admin who is let in may become something else.
	Sure bool
}

// Set changes an operator.
func (d *Desk) Set(ctx context.Context, name string, c Change) (Operator, error) {
	return d.change(ctx, name, c.Sure, func(o *Operator) error {
		if o.Subject != "" {
			return fmt.Errorf("name, role and payloads of %s are as the issuer and WAYBILL_CONSOLE_OIDC_ROLES say; change them "+
				"there, or keep them out with `waybill operator disable`", o.Email)
		}
		if c.Name != nil {
			o.Name = *c.Name
		}
		if c.Role != nil {
			o.Role = *c.Role
		}
		if c.Payloads != nil {
			o.Payloads = *c.Payloads
		}
		if c.Payloads != nil && *c.Payloads && o.Role != Viewer {
			return ErrPayloads
		}
		// What nobody sees in a role must not come back with the next one.
		o.Payloads = o.Payloads && o.Role == Viewer
		return CheckName(o.Name)
	})
}

// Enable lets an operator in.
func (d *Desk) Enable(ctx context.Context, name string) (Operator, error) {
	return d.change(ctx, name, true, func(o *Operator) error { o.Disabled = false; return nil })
}

// Disable keeps an operator out, whose sessions and code end. Unless whoever asks is sure the last admin who is let in stays.
func (d *Desk) Disable(ctx context.Context, name string, sure bool) (Operator, error) {
	return d.change(ctx, name, sure, func(o *Operator) error { o.Disabled = true; return nil })
}

// changeTries bounds how often a change starts again because somebody else has changed the operator.
const changeTries = 5

// change changes an operator. Unless whoever asks is sure it is refused where no admin would be let in any more.
func (d *Desk) change(ctx context.Context, name string, sure bool, by func(*Operator) error) (Operator, error) {
	for range changeTries {
		from, err := d.Named(ctx, name)
		if err != nil {
			return from, err
		}
		to := from
		if err := by(&to); err != nil {
			return from, err
		}
		to.UpdatedAt = fence.Later(from.UpdatedAt, d.clock())
		err = d.kept.ChangeOperator(ctx, from, to, func(all []Operator) error {
			if sure || to.Role == Admin && !to.Disabled {
				return nil
			}
			return last(from, all, "changed")
		})
		var refused missedError
		switch {
		case errors.Is(err, fence.ErrOvertaken):
			continue
		case errors.As(err, &refused):
			return from, refused
		case err != nil:
			return from, fmt.Errorf("changing the operator: %w", err)
		}
		return to, nil
	}
	return Operator{}, fmt.Errorf("the operator %s is being changed by others; try again", name)
}

// clock is the time as it is stored.
func (d *Desk) clock() time.Time { return d.now().UTC().Truncate(time.Microsecond) }
