package tsp

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"
)

// Name is an adapter's name: one of Names, so that clients of the contract know it, or one of our
// own for a TSP that the contract lacks.
type Name string

// Valid tells why an adapter cannot have a name. One of our own is made of lower-case letters,
// digits and underscores, and is like none of the contract's, so that no name is a misspelt one.
func (n Name) Valid() error {
	if slices.Contains(Names(), n) {
		return nil
	}
	if !wellFormed.MatchString(string(n)) {
		return fmt.Errorf("%q is no name: it is made of 2 to 40 lower-case letters, digits and underscores, the first a letter", string(n))
	}
	var like []string
	for _, one := range Names() {
		if strings.HasPrefix(string(one), string(n)+"_") || oneEdit(string(one), string(n)) {
			like = append(like, string(one))
		}
	}
	if len(like) > 0 {
		return fmt.Errorf("%q is no value of the contract's TspEnum, and one of our own must not be mistaken for %s", string(n), strings.Join(like, ", "))
	}
	return nil
}

var wellFormed = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// oneEdit tells whether one character more, less or other makes a text of the other. Names of two
// letters are too short to tell.
func oneEdit(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	return len(a) > 2 && (a[same:] == b[min(same+1, len(b)):] || len(a) == len(b) && same < len(a) && a[same+1:] == b[same+1:])
}

// Names lists the values of the contract's TspEnum.
func Names() []Name {
	var all []Name
	for name := range strings.FieldsSeq(`
		ada ai_eld air_eld alfa_eld alpha_eld als anytrek_pro anytrek_classic apex_eld apollo apollocloud ascend att
		awaregps azuga bigroad bluehorse_eld blueinktech bouncie budgetgps catena_simulator captain_eld carrier_lynx
		club_eld counting_trucks_eld cyntrx digital_eld dragon_eld drive_hos driver_tech dsg_elogs dynamic_eld
		eighteighteight_eld eld_88 eld_books eld_mandate eld_mandate_prime eroad eva_eld evo_eld expressway_eld
		extreme_eld ezlogz ez_lynk factor_eld firstgate fleetcomplete fleetcompletehub fleethunt fleetsharp fleetup fm
		forwardthinking forza_eld geotab gpsinsight gpstab gpstrackit grand_eld greenlight groundhog hcss hos247 hutch
		intellishift ironman_eld isaac jjkeller kinexaiot knight_eld konexial lioneight linxup loop_eld lucid_eld
		luna_eld lytx lytxv3 mapon matrack maven mdm_eld mobilefleet moonlight_eld motion_eld motive my_drivebook
		my_logs_eld nero netradyne new_eld_world nextgen_eld nextraq omnitracs onestep ontime_eld optima orbcomm
		orient_eld panda_eld payd peak_eld peoplenet phillips_connect phoenix pop_eld prologs proride_eld
		qualitylogs_eld randmcnally rastrac raven redfox regulog_eld ridehub roadeazy rock_eld rollingtrans routemate
		royal_eld safelane samsara selectivedrive simba_eld skybitz smart_elds sparkle_eld spireon sun_eld surfsight
		swift switchboard synergy_eld teletracnavman teletracnavman_director telogis tenna thermo_king think tive
		topcompliance_eld traccar trackease_eld trackpro traclog transflo trimble truckford truckspy truckx trueroad_eld
		tt txt_eld us_fast_eld verizon_connect vista_eld vistracks vlog_eld vulcansols_eld wialon webfleet xplore_eld
		zigzag_eld zms_eld zonar zubie`) {
		all = append(all, Name(name))
	}
	return all
}

// idSpace is the namespace of the UUIDv5 that stand for TSPs.
var idSpace = uuid.MustParse("5f0b4fb2-3b3c-5d0c-9d6f-6f2f2f0d7c11")

// ID returns the id of a TSP, which follows from its name alone.
func (n Name) ID() uuid.UUID { return uuid.NewSHA1(idSpace, []byte(n)) }
