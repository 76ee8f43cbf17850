package samsara

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
	"github.com/waybill-dev/waybill/internal/tsp/rest"
)

// createUser makes a driver, and deactivates one who shall not be active. Whoever is no driver
// becomes a user of the dashboard, where the connection's settings name the roles.
func createUser(all attributes) rest.Write {
	inactive := rest.Case(func(u *resource.User, _ tsp.Write) bool { return !dashboard(u) && activation(u) == deactivated })
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindUser, Verb: resource.Create},
		Strength:   tsp.VerifyFirst,
		Unknowable: "its dashboard users bear no mark: one who was there before with the same e-mail address and name " +
			"as a user whose answer was lost is taken for that",
		Uses:  userUses(resource.Create),
		Check: tsp.Checked(checkUser(resource.Create)),
		Warn:  tsp.Checked(warnUser),
		Hides: func(w tsp.Write) []string { return []string{password(w)} },
		Steps: []rest.Step{
			{Key: "driver", When: rest.Case(func(u *resource.User, _ tsp.Write) bool { return !dashboard(u) }), Method: http.MethodPost,
				Path: driversPath, Compose: newDriver(all), Decode: decodeShown(newDriverForm), Find: findMarked(driversPath, decodeShown(patchedDriver)),
				Harms: true, Collection: drivers},
			{Key: "deactivate", When: inactive, Method: http.MethodPatch, Path: driversPath + "/{target}", Encode: deactivation,
				Decode: decodeShown(patchedDriver), Collection: drivers},
			{Key: "dashboard_user", When: rest.Case(func(u *resource.User, _ tsp.Write) bool { return dashboard(u) }), Method: http.MethodPost,
				Path: usersPath, Encode: rest.Body(newDashboardUser), Decode: decodeShown(userForm), Find: findDashboardUser, Harms: true},
		},
	}
}

// updateUser changes a driver, or the name of a user of the dashboard.
func updateUser(all attributes) rest.Write {
	ofDashboard := func(w tsp.Write) bool { return w.Collection == users }
	return rest.Write{
		Capability: tsp.Capability{Kind: resource.KindUser, Verb: resource.Update},
		Strength:   tsp.NaturalKey,
		Uses:       userUses(resource.Update),
		Check:      tsp.Checked(checkUser(resource.Update)),
		Warn:       tsp.Checked(warnName),
		Steps: []rest.Step{
			{Key: "driver", When: func(w tsp.Write) bool { return !ofDashboard(w) }, Method: http.MethodPatch, Path: driversPath + "/{target}",
				Compose: changeDriver(all), Decode: decodeShown(patchedDriver)},
			{Key: "dashboard_user", When: ofDashboard, Method: http.MethodPatch, Path: usersPath + "/{target}",
				Compose: changeDashboardUser, Decode: decodeShown(userForm)},
		},
	}
}

// dashboard tells whether a new user is no driver.
func dashboard(u *resource.User) bool { return !u.IsDriver.Or(true) }

func userUses(verb resource.Verb) tsp.Uses {
	missing := tsp.Dropped("its drivers have no such field")
	name := tsp.Sent().NotNull().Length(1, maxName)
	uses := tsp.Uses{
		"username":        tsp.Sent().NotNull().Length(1, maxUsername),
		"is_active":       tsp.Sent().NotNull(),
		"status":          tsp.Sent().NotNull(),
		"is_driver":       tsp.Rejects("it keeps drivers and users of the dashboard apart, so neither becomes the other").But(true),
		"user_email":      tsp.Sent(),
		"first_name":      name,
		"last_name":       name,
		"phone_number":    tsp.Sent().Length(0, 255),
		"license_region":  tsp.Sent().Length(2, 2),
		"license_number":  tsp.Sent(),
		"employee_number": tsp.Sent().NotNull().Length(1, 0),
		"carrier_number":  tsp.Sent().NotNull().Length(1, 18),
		"notes":           tsp.Sent().Length(0, 4096),
		"hos_ruleset_code": tsp.Dropped("Waybill's table of its rulesets is used only with the connection's setting "+settingRulesets).
			With(settingRulesets, on, tsp.Sent().Only("Samsara has no such ruleset", slices.Collect(maps.Keys(rulesets()))...)),
		"allow_yard_move":           tsp.Sent().NotNull(),
		"allow_personal_conveyance": tsp.Sent().NotNull(),
		"allow_adverse_driving":     tsp.Sent().NotNull(),
		"default_time_zone":         tsp.Sent().NotNull(),
		"hos_compliance_type":       tsp.Sent().NotNull(),
		"hos_tracking_method":       missing,
	}
	inAttribute(uses, ofDrivers)
	if verb == resource.Update {
		return uses
	}
	uses["first_name"], uses["last_name"] = tsp.Required().Length(1, maxName), tsp.Required().Length(1, maxName)
	// Users of the dashboard have no username, so with roles it is the check that demands one.
	uses["username"] = tsp.Required().Length(1, maxUsername).With(settingRoles, "", tsp.Sent().Length(1, maxUsername))
	ofDriversOnly(uses)
	uses["is_driver"] = tsp.Rejects("users who are no drivers can be created only with the connection's setting "+settingRoles).
		But(true).With(settingRoles, "", tsp.Sent())
	return uses
}

// ofDriversOnly tells of each sent field that users of the dashboard do not have that it is not sent for those.
func ofDriversOnly(uses tsp.Uses) {
	only := func(use tsp.FieldUse) tsp.FieldUse {
		if use.Values == nil {
			return use.Because("not sent for users of the dashboard, who have no such field")
		}
		return use
	}
	for name, use := range uses {
		if dashboardField(name) {
			continue
		}
		cases := use.Cases
		use.Cases = nil
		if use.Use == tsp.UseSent && len(cases) == 0 {
			use = use.With(settingRoles, "", only(use))
		}
		for _, c := range cases {
			use = use.With(c.Setting, c.Value, only(c.Use))
		}
		uses[name] = use
	}
}

// changeDriver makes the PATCH of a driver. Of a name that is given in half, the other half is
// taken from the driver as Samsara has it.
func changeDriver(all attributes) rest.Compose {
	return func(ctx context.Context, send rest.Send, w tsp.Write) (any, error) {
		return rest.Body(func(u *resource.User, w tsp.Write) (any, error) {
			b, err := driverFrom(u, w)
			if err != nil {
				return nil, err
			}
			values, err := all.values(ctx, send, ofDrivers, w)
			if err != nil {
				return nil, err
			}
			var now current
			if halfNamed(u) || len(values) > 0 || w.Settings.Bool(settingTagScoped) {
				if now, err = read(ctx, send, driversPath, w.Target); err != nil {
					return nil, err
				}
			}
			if w.Settings.Bool(settingTagScoped) {
				b.TagIDs = now.tags(w.Settings)
			}
			b.Activation, b.Attributes = activation(u), merged(now.Attributes, values)
			b.Name, err = changedName(u, now.Name)
			return b, err
		})(w)
	}
}

func halfNamed(u *resource.User) bool {
	return (u.FirstName.State() == resource.Set) != (u.LastName.State() == resource.Set)
}

// changedName is the name with the halves that are given; nil if none is.
func changedName(u *resource.User, now string) (*string, error) {
	if u.FirstName.State() != resource.Set && u.LastName.State() != resource.Set {
		return nil, nil
	}
	first, last := splitName(now)
	name := fullName(u.FirstName.Or(first), u.LastName.Or(last))
	if wrong := nameProblem(name); wrong != "" {
		return nil, &tsp.Error{Class: tsp.Rejected, Message: "first_name: " + wrong}
	}
	return &name, nil
}
