package record

import (
	"slices"
	"strings"

	"github.com/waybill-dev/waybill/internal/resource"
)

// The types of read members beyond those of package resource.
const (
	// Object is any JSON object.
	Object resource.Type = "object"
	// Texts is a list of strings.
	Texts resource.Type = "list of text"
	// Metres is the constant "m": distances of read models are in metres.
	Metres resource.Type = "metres"
)

// Member is one member of a kind's read model. Values are nil for any other type.
type Member struct {
	Name string
	Type resource.Type
	// Values are those of an Enum or Enums.
	Values []string
}

// Model is the read model of a kind beyond the members that all kinds have. Its members are in the
// order in which a record shows them.
type Model struct {
	resource.Facts
	Members []Member
}

// asset are the members that vehicles and trailers share.
const asset = `oem model_type model_year:integer vin license_plate_region license_plate_country license_plate_number
	started_at:date-time ended_at:date-time is_active:boolean status notes eld_id eld_serial_number eld_device_type
	eld_product_id total_axles:integer external_id speed_unit odometer_unit fuel_unit fuel_capacity engine_type`

// sent are the members that messages to one and to several share.
const sent = `source_sender_id sender_id:uuid message_text message_hash status:message-status delivered_at:date-time
	sent_by_driver:boolean sender_name thread_id:uuid source_thread_id`

// models holds the read model of every kind. A word is a member's name with its type behind a
// colon; text needs none.
var models = func() map[resource.Kind]Model {
	all := map[resource.Kind]Model{}
	for kind, members := range map[resource.Kind]string{
		resource.KindVehicle: `vehicle_name engine_vin vehicle_groups:object ` + asset,
		resource.KindTrailer: `trailer_name trailer_groups:object trailer_length:number trailer_type ` + asset,
		resource.KindUser: `username started_at:date-time ended_at:date-time is_active:boolean status is_driver:boolean
			user_designation user_email first_name last_name phone_number country_code license_country license_region
			license_number license_expiration:date employee_number company_groups:object private_user_groups:object
			report_groups:object security_groups:object authority_name authority_address company_name company_address
			carrier_number last_tsp_login:date-time notes hos_ruleset_code:ruleset allow_yard_move:boolean
			allow_personal_conveyance:boolean allow_adverse_driving:boolean default_time_zone:time-zone`,
		resource.KindMessage: sent + ` source_recipient_id recipient_id:uuid read_at:date-time recipient_name
			reply_to_message_id:uuid source_reply_to_message_id`,
		resource.KindGroupMessage: sent + ` source_recipient_ids:texts recipient_ids:uuids group_id:uuid source_group_id`,
		resource.KindDvirLog: `vehicle_id:uuid driver_id:uuid trailer_id:uuid source_driver_id source_vehicle_id
			source_trailer_id log_type authority_name authority_address duration_seconds:number odometer_km:number
			odometer:number engine_hours:number location:object h3_index_11:integer inspected_by certify_comment
			driver_comment defect_count:integer version defects:defects is_safety_critical:boolean`,
		resource.KindFuelTransaction: `vehicle_id:uuid driver_id:uuid co_driver_id:uuid source_driver_id source_vehicle_id
			source_co_driver_id location:object h3_index_11:integer inferred_address:object odometer:number
			fuel_type:fuel fuel_volume:number fuel_vendor total_cost:decimal currency odometer_unit:metres`,
	} {
		model := Model{Facts: kind.Facts()}
		for word := range strings.FieldsSeq(members) {
			name, form, _ := strings.Cut(word, ":")
			model.Members = append(model.Members, member(name, form))
		}
		all[kind] = model
	}
	return all
}()

// ModelOf returns the read model of a kind. A kind that is not modelled has no members.
func ModelOf(k resource.Kind) Model { return models[k] }

// Member returns the member of that name, and whether the model has it.
func (m Model) Member(name string) (Member, bool) {
	i := slices.IndexFunc(m.Members, func(one Member) bool { return one.Name == name })
	if i < 0 {
		return Member{}, false
	}
	return m.Members[i], true
}

func member(name, form string) Member {
	m := Member{Name: name}
	switch form {
	case "":
		m.Type = resource.Text
	case "texts":
		m.Type = Texts
	case "uuids":
		m.Type = resource.UUIDs
	case "decimal":
		m.Type = resource.Money
	case "message-status":
		m.Type, m.Values = resource.Enum, []string{"read", "sent", "delivered", "pending"}
	case "ruleset":
		m.Type, m.Values = resource.Enum, written(resource.KindUser, "hos_ruleset_code")
	case "time-zone":
		m.Type, m.Values = resource.Enum, written(resource.KindUser, "default_time_zone")
	case "fuel":
		m.Type, m.Values = resource.Enum, written(resource.KindFuelTransaction, "fuel_type")
	case "defects":
		m.Type, m.Values = resource.Enums, written(resource.KindDvirLog, "defects")
	default:
		m.Type = resource.Type(form)
	}
	return m
}

// written are the values that a field takes when it is written. Reading and writing know the same
// values, so they are listed once, where they are checked.
func written(k resource.Kind, field string) []string {
	schema, err := resource.For(k, resource.Create)
	if err != nil {
		return nil
	}
	return schema.Field(field).Values
}
