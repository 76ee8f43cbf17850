package geotab

import (
	"context"
	"strings"
	"time"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// adapter speaks to Geotab.
type adapter struct {
	spec   tsp.Spec
	writes map[tsp.Capability]write
	now    func() time.Time
}

// New returns the adapter.
func New() tsp.Adapter { return newAdapter(time.Now) }

func newAdapter(now func() time.Time) tsp.Adapter {
	all := writes(now)
	return &adapter{spec: spec(all), writes: all, now: now}
}

// Spec returns the static data.
func (a *adapter) Spec() tsp.Spec { return a.spec }

// Connect makes a session. It calls nobody: signing in waits for the first call, and a session
// that is stored with the credentials is used again.
func (a *adapter) Connect(_ context.Context, access tsp.Access) (tsp.Session, error) {
	for _, name := range []string{"username", "password", "database"} {
		if access.Credentials.Get(name) == "" {
			return nil, &tsp.Error{Class: tsp.Unauthorized, Message: "the credentials hold no " + name}
		}
	}
	s := &session{adapter: a, client: access.Client, settings: access.Settings, renew: access.Renew, root: a.spec.BaseURL,
		current: access.Credentials}
	if access.BaseURL != "" {
		s.root, s.override = strings.TrimRight(access.BaseURL, "/"), true
	}
	return s, nil
}

// writes are Geotab's capabilities: all that there are.
func writes(now func() time.Time) map[tsp.Capability]write {
	create := func(k resource.Kind) tsp.Capability { return tsp.Capability{Kind: k, Verb: resource.Create} }
	update := func(k resource.Kind) tsp.Capability { return tsp.Capability{Kind: k, Verb: resource.Update} }
	return map[tsp.Capability]write{
		create(resource.KindVehicle): {tsp.Action{Uses: vehicleUses(resource.Create), Strength: tsp.VerifyFirst,
			Limits: []string{"Add Device"}, Unknowable: sameDevice, Check: tsp.Checked(checkNewVehicle)}, tsp.Typed(newVehicle)},
		update(resource.KindVehicle): {tsp.Action{Uses: vehicleUses(resource.Update), Strength: tsp.NaturalKey,
			Limits: []string{"Get Device"}, Check: tsp.Checked(checkTank), Warn: tsp.Checked(warnTank)}, tsp.Typed(changedVehicle)},
		create(resource.KindTrailer): {tsp.Action{Uses: trailerUses(resource.Create), Strength: tsp.VerifyFirst,
			Limits: []string{"Add Device"}, Unknowable: sameDevice, Check: tsp.Checked(checkNewTrailer)}, tsp.Typed(newTrailer)},
		update(resource.KindTrailer): {tsp.Action{Uses: trailerUses(resource.Update), Strength: tsp.NaturalKey,
			Limits: []string{"Get Device"}}, tsp.Typed(changedTrailer)},
		create(resource.KindUser): {tsp.Action{Uses: userUses(resource.Create), Strength: tsp.VerifyFirst,
			Limits: []string{"Add User"}, Check: tsp.Checked(checkUser(resource.Create)),
			Warn: tsp.Checked(warnUser(resource.Create))}, tsp.Typed(userSteps)},
		update(resource.KindUser): {tsp.Action{Uses: userUses(resource.Update), Strength: tsp.NaturalKey,
			Limits: []string{"Get User"}, Check: tsp.Checked(checkUser(resource.Update)),
			Warn: tsp.Checked(warnUser(resource.Update))}, tsp.Typed(userSteps)},
		create(resource.KindMessage): {tsp.Action{Uses: messageUses(), Strength: tsp.VerifyFirst,
			Limits: []string{"Add TextMessage"}, Unknowable: sameMoment}, tsp.Typed(messageSteps)},
		create(resource.KindGroupMessage): {tsp.Action{Uses: groupMessageUses(), Strength: tsp.VerifyFirst,
			Limits: []string{"Add TextMessage"}, Unknowable: sameMoment, Makes: groupMessages}, tsp.Typed(groupMessageSteps)},
		create(resource.KindDvirLog): {tsp.Action{Uses: dvirUses(), Strength: tsp.VerifyFirst,
			Limits: []string{"Add DVIRLog"}, Unknowable: sameSecond,
			Needs: []tsp.Need{{Setting: settingDefects, Reason: "Geotab demands a defect list for each inspection; set " + settingDefects}},
			Check: tsp.Checked(checkDvir), Warn: tsp.Checked(warnDvir)}, tsp.Typed(dvirSteps)},
		create(resource.KindFuelTransaction): {tsp.Action{Uses: fuelUses(), Strength: tsp.Native,
			Limits: []string{"Add FuelTransaction"}, Check: tsp.Checked(checkFuel), Warn: tsp.Checked(warnFuel)}, tsp.Typed(fuelSteps)},
		create(resource.KindDriverVehicleAssociation): {tsp.Action{Uses: associationUses(), Strength: tsp.VerifyFirst, Makes: driverChanges,
			Limits: []string{"Get DriverChange"}, Check: tsp.Checked(checkAssociation(now))}, tsp.Typed(associationSteps)},
	}
}

// userSteps makes or changes a user and then, if asked, gives it a rule set.
func userSteps(u *resource.User, w tsp.Write) ([]step, error) {
	out := userFrom(u, w)
	main := step{key: mainStep, method: add, entity: "User", collection: users, body: plain(out), find: findUser(out)}
	if w.Verb == resource.Update {
		main = changeStep("User", users, change{out, nil}, w)
	}
	code, ok := u.HOSRulesetCode.Get()
	switch {
	case !ok:
		return []step{main}, nil
	case w.Verb == resource.Update && onlyRuleset(u):
		return []step{rulesetStep(code, w)}, nil
	}
	return []step{main, rulesetStep(code, w)}, nil
}

// onlyRuleset tells whether nothing of the user itself changes.
func onlyRuleset(u *resource.User) bool {
	rest := *u
	rest.HOSRulesetCode = resource.Opt[string]{}
	schema, err := resource.For(resource.KindUser, resource.Update)
	return err == nil && len(schema.Given(&rest)) == 0
}
