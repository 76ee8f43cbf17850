package samsara

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	json "github.com/go-json-experiment/json"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

const driversPath = "/fleet/drivers"

// exempt is the HOS compliance type of drivers who need no electronic log.
const exempt = "exempt"

// The activation statuses of drivers. New ones are always active.
const (
	active      = "active"
	deactivated = "deactivated"
)

// driverBody is a POST or PATCH of /fleet/drivers. The e-mail address is in Samsara's SDK 14.7.0 of 2026-08-21
// (github.com/samsarahq/samsara-ts) and neither in the OpenAPI document 2025-10-23 nor in the SDK 11.11.1; only the
// PATCH has an activation status.
type driverBody struct {
	Name              *string           `json:"name,omitzero"`
	Username          *string           `json:"username,omitzero"`
	Password          string            `json:"password,omitzero"`
	Email             *string           `json:"email,omitzero"`
	Phone             *string           `json:"phone,omitzero"`
	LicenseNumber     *string           `json:"licenseNumber,omitzero"`
	LicenseState      *string           `json:"licenseState,omitzero"`
	Notes             *string           `json:"notes,omitzero"`
	Timezone          *string           `json:"timezone,omitzero"`
	YardMove          *bool             `json:"eldYmEnabled,omitzero"`
	PersonalConveying *bool             `json:"eldPcEnabled,omitzero"`
	AdverseWeather    *bool             `json:"eldAdverseWeatherExemptionEnabled,omitzero"`
	Exempt            *bool             `json:"eldExempt,omitzero"`
	ExemptReason      *string           `json:"eldExemptReason,omitzero"`
	BigDay            *bool             `json:"eldBigDayExemptionEnabled,omitzero"`
	WaitingTime       *bool             `json:"waitingTimeDutyStatusEnabled,omitzero"`
	Ruleset           jsontext.Value    `json:"usDriverRulesetOverride,omitzero"`
	Carrier           *carrierBody      `json:"carrierSettings,omitzero"`
	Activation        string            `json:"driverActivationStatus,omitzero"`
	ExternalIDs       map[string]string `json:"externalIds,omitzero"`
	TagIDs            []string          `json:"tagIds,omitzero"`
	Attributes        []attributeValue  `json:"attributes,omitzero"`
}

type carrierBody struct {
	DOTNumber int64 `json:"dotNumber"`
}

// driverFrom makes what a new and a changed driver have in common.
func driverFrom(u *resource.User, w tsp.Write) (driverBody, error) {
	b := driverBody{
		Username: value(u.Username), Email: text(u.UserEmail), Phone: text(u.PhoneNumber), LicenseNumber: text(u.LicenseNumber),
		LicenseState: text(u.LicenseRegion), Notes: text(u.Notes), Timezone: value(u.DefaultTimeZone), YardMove: value(u.AllowYardMove),
		PersonalConveying: value(u.AllowPersonalConveyance), AdverseWeather: value(u.AllowAdverseDriving),
		ExternalIDs: externalIDs(w, w.Settings.Text(settingEmployeeKey), u.EmployeeNumber),
	}
	if b.LicenseState != nil {
		*b.LicenseState = strings.ToUpper(*b.LicenseState)
	}
	if kind, ok := u.HOSComplianceType.Get(); ok {
		is, reason := kind == exempt, ""
		if is {
			reason = w.Settings.Text(settingExemption)
		}
		if b.Exempt = &is; is || w.Verb == resource.Update {
			b.ExemptReason = &reason
		}
	}
	if number, ok := u.CarrierNumber.Get(); ok {
		dot, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			return b, &tsp.Error{Class: tsp.Rejected, Message: "carrier_number: " + carrierRule}
		}
		b.Carrier = &carrierBody{dot}
	}
	if w.Settings.Bool(settingRulesets) && u.HOSRulesetCode.State() != resource.Absent {
		return b.by(rulesetOf(u.HOSRulesetCode))
	}
	return b, nil
}

// by sets the ruleset. None is null, which deletes the override; the flags of exemptions stay then.
func (b driverBody) by(r *ruleset) (driverBody, error) {
	if r == nil {
		b.Ruleset = jsontext.Value("null")
		return b, nil
	}
	override, err := json.Marshal(r.override)
	b.Ruleset, b.BigDay, b.WaitingTime = override, &r.BigDay, &r.WaitingTime
	return b, err
}

// newDriver makes the body of a new driver.
func newDriver(all attributes) rest.Compose {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
		values, err := all.values(ctx, send, ofDrivers, w)
		if err != nil {
			return nil, err
		}
		return rest.Body(func(u *resource.User, w tsp.Write) (any, error) {
			b, err := newDriverBody(u, w)
			b.Attributes = values
			return b, err
		})(w)
	}
}

// newDriverBody is that of a new driver, who needs a password.
func newDriverBody(u *resource.User, w tsp.Write) (driverBody, error) {
	b, err := driverFrom(u, w)
	// There is nothing to clear, and the empty text is no e-mail address.
	b.Email, b.Phone, b.Notes = value(u.UserEmail), value(u.PhoneNumber), value(u.Notes)
	b.LicenseNumber, b.TagIDs, b.Password = value(u.LicenseNumber), w.Settings.List(settingTags), password(w)
	if u.LicenseRegion.State() != resource.Set {
		b.LicenseState = nil
	}
	if u.HOSRulesetCode.State() != resource.Set {
		b.Ruleset = nil
	}
	name := fullName(u.FirstName.Or(""), u.LastName.Or(""))
	b.Name = &name
	return b, err
}

// password is the first one of a driver: the connection's, or one that follows from the
// operation, so that every attempt sends the same.
func password(w tsp.Write) string {
	return cmp.Or(w.Settings.Text(settingPassword), tsp.Password(w.Secret("samsara driver")))
}

// deactivation is the second call of a new driver who is not active.
func deactivation(w tsp.Write) (any, error) {
	return driverBody{Activation: deactivated, TagIDs: w.Settings.List(settingTags)}, nil
}

// fullName joins Samsara's one name.
func fullName(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

// activation is Samsara's word for a user's being active or not; "" if nobody says.
func activation(u *resource.User) string {
	is, ok := u.Active().Get()
	switch {
	case !ok:
		return ""
	case is:
		return active
	}
	return deactivated
}
