package tsptest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
	"github.com/waybill-dev/waybill/internal/tsp"
)

// vehicle makes the body of a create or a patch.
func (l *link) vehicle(v *resource.Vehicle, w tsp.Write) ([]part, error) {
	body, r := map[string]any{}, l.reference
	put := func(name string, o resource.Opt[string]) {
		if text, ok := o.Get(); ok {
			body[name] = text
		} else if o.State() == resource.Null && w.Verb == resource.Update {
			body[name] = ""
		}
	}
	put("name", v.VehicleName)
	put("vin", v.VIN)
	put("licensePlate", v.LicensePlateNumber)
	if plate, ok := body["licensePlate"].(string); ok {
		body["licensePlate"] = strings.ToUpper(plate)
	}
	if w.Verb == resource.Update || w.Settings.Bool("keep_notes") || r.has(ignoresCases) {
		put("notes", v.Notes)
	}
	if active, ok := v.IsActive.Get(); ok && !r.has(dropsInactive) {
		body["isActive"] = active
	}
	switch {
	case r.has(sendsDropped) && w.Verb == resource.Create:
		body["color"] = v.OEM.Or("")
	case r.has(confusesValues) && body["isActive"] == false && w.Verb == resource.Create:
		body["color"] = "grey"
	case r.has(remembersDropped):
		r.memo.repeated(v.OEM.Or(""))
	case r.has(sendsUndocumented):
		body["shade"] = "grey"
	case r.has(trimsTexts) && w.Verb == resource.Create:
		body["licensePlate"] = strings.ToUpper(strings.TrimSpace(v.LicensePlateNumber.Or("")))
	case r.has(clearsTheRest) && v.LicensePlateNumber.State() == resource.Absent && w.Verb == resource.Update:
		body["licensePlate"] = ""
	case r.has(forgetsNull) && v.Notes.State() == resource.Null:
		delete(body, "notes")
	}
	header := http.Header{}
	if r.has(restless) && r.memo.repeated(fmt.Sprintf("%v %+v", w.Capability, v)) > 2 {
		header.Set("X-Nonce", "2")
	}
	if r.has(changesHeader) {
		header.Set("X-Extra", "1")
	}
	if w.Verb == resource.Update {
		if strings.Trim(string(w.Target), ".") == "" {
			return nil, fails(tsp.Missing, "there is no such vehicle")
		}
		return []part{{request: request{method: http.MethodPatch, path: "/vehicles/" + url.PathEscape(string(w.Target)), body: body, header: header}}}, nil
	}
	body["reference"] = w.Operation.String()
	if r.has(keyChanges) {
		body["reference"] = w.Operation.String() + w.SentAt.String()
	}
	return []part{{request: request{method: http.MethodPost, path: "/vehicles", body: body, header: header}}}, nil
}

// actions are what the reference adapter declares.
func (r *reference) actions() tsp.Actions {
	lack := "the reference has no such field"
	if r.has(unreasoned) {
		lack = ""
	}
	uses := func(kind resource.Kind, verb resource.Verb, sent tsp.Uses) tsp.Uses {
		schema, _ := resource.For(kind, verb)
		all := tsp.Uses{}
		for _, f := range schema.Fields {
			if f.Name != "connection_id" {
				all[f.Name] = tsp.Dropped(lack)
			}
		}
		for name, use := range sent {
			all[name] = use
		}
		return all
	}
	vehicle := tsp.Uses{
		"vehicle_name": tsp.Required().Length(1, 40), "vin": tsp.Sent().NotNull().Length(11, 17),
		"license_plate_number": tsp.Sent().Length(0, 12), "is_active": tsp.Sent().NotNull(), "notes": tsp.Sent(),
		"status": tsp.Rejects("vehicles have no status"), "total_axles": tsp.Rejects("vehicles have two axles"),
	}
	if r.has(dropsInactive) {
		vehicle["is_active"] = tsp.Dropped("vehicles are always active")
	}
	if r.has(excusesNothing) {
		vehicle["vin"] = vehicle["vin"].NotRead("nobody knows why")
	}
	created := uses(resource.KindVehicle, resource.Create, vehicle)
	created["notes"] = tsp.Dropped("new vehicles have no notes").With("keep_notes", "true", tsp.Sent())
	limits := []string{"writes", "session"}
	if r.has(paysForOthers) {
		limits = []string{"reads"}
	}
	if r.inspects {
		inspection := tsp.Action{Strength: tsp.Native, Makes: "inspections", Limits: limits, Uses: uses(resource.KindDvirLog, resource.Create, r.inspection()), Check: tsp.Checked(r.checkInspection)}
		return tsp.Actions{{Kind: resource.KindDvirLog, Verb: resource.Create}: inspection}
	}
	userLimits := append([]string{"users"}, limits...)
	return tsp.Actions{
		{Kind: resource.KindVehicle, Verb: resource.Create}: {Strength: tsp.Native, Limits: limits, Uses: created},
		{Kind: resource.KindVehicle, Verb: resource.Update}: {Strength: tsp.NaturalKey, Limits: limits, Uses: uses(resource.KindVehicle, resource.Update, vehicle)},
		{Kind: resource.KindUser, Verb: resource.Create}: {Strength: tsp.Native, Limits: userLimits,
			Needs: []tsp.Need{{Setting: "home_group", Reason: "new users need a group"}},
			Uses: uses(resource.KindUser, resource.Create, tsp.Uses{"username": tsp.Required().Length(1, 60), "is_driver": tsp.Rejects("all are drivers").But(true),
				"is_active": tsp.Rejects("all are active").But(true), "status": tsp.Rejects("all are active")})},
		{Kind: resource.KindMessage, Verb: resource.Create}: {Strength: tsp.VerifyFirst, Limits: limits,
			Uses: uses(resource.KindMessage, resource.Create, tsp.Uses{"sender_id": tsp.Sent().Into("users"), "recipient_id": tsp.Sent().Into("users"), "message_text": tsp.Required().Length(1, 160)})},
		{Kind: resource.KindGroupMessage, Verb: resource.Create}: {Strength: tsp.VerifyFirst, Limits: limits,
			Uses: uses(resource.KindGroupMessage, resource.Create, tsp.Uses{"recipient_ids": tsp.Sent().Into("users"), "message_text": tsp.Required().Length(1, 160)})},
	}
}
