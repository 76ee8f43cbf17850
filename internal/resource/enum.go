package resource

// vehicleStatuses are the values of the contract's VehicleStatusEnum.
func vehicleStatuses() []string {
	return []string{
		"IN_SERVICE", "OUT_OF_SERVICE", "IN_REPAIR", "IN_TRANSIT", "IN_USE", "IN_STORAGE", "STANDING",
		"SPARE",
	}
}

// engineTypes are the values of the contract's EngineType.
func engineTypes() []string {
	return []string{
		"GASOLINE", "DIESEL", "ETHANOL", "METHANOL", "PROPANE", "LPG", "CNG", "LNG", "HYDROGEN",
		"ELECTRICITY", "HYBRID",
	}
}

// userStatuses are the values of the contract's UserStatusEnum.
func userStatuses() []string {
	return []string{
		"ACTIVE", "INACTIVE",
	}
}

// hosComplianceTypes are the values of the contract's HosComplianceTypeEnum.
func hosComplianceTypes() []string {
	return []string{
		"exempt", "non_exempt",
	}
}

// hosTrackingMethods are the values of the contract's HosTrackingMethodEnum.
func hosTrackingMethods() []string {
	return []string{
		"manual", "automatic",
	}
}

// messagePriorities are the values of the contract's MessagePriorityEnum.
func messagePriorities() []string {
	return []string{
		"low", "medium", "high",
	}
}

// dvirLogTypes are the values of the contract's DvirLogTypeEnum.
func dvirLogTypes() []string {
	return []string{
		"pre_trip", "post_trip", "mechanic", "unknown",
	}
}

// dvirDefects are the values of the contract's DvirDefectEnum.
func dvirDefects() []string {
	return []string{
		"fluid_levels", "battery", "belts_hoses", "radiator", "frame_assembly", "front_axle", "starter",
		"transmission", "oil_pressure", "defroster_heater", "lights_front", "windshield_clean",
		"windshield_wiper_fluid", "windshield_wipers", "brakes", "brake_check", "clutch", "mirrors", "horn",
		"safety_equipment", "trip_recorder", "air_conditioner", "doors", "stop_arm_control",
		"steering_wheel", "emergency_door_buzzer", "entrance_steps", "interior_floor", "windows", "exhaust",
		"fifth_wheel", "landing_gear", "suspension", "alignment", "rims", "tires", "tire_chains",
		"stop_arm", "muffler", "roof", "wheels", "wheels_rims", "suspension_under", "scratches",
		"air_compressor", "air_lines", "brake_connections", "coupling_devices", "reflectors", "lights_rear",
		"rear_end", "tire_chains_rear", "brake_accessories", "drive_line", "engine", "fuel_tanks",
		"lights_general", "other", "unset", "first_aid_kit",
	}
}

// distanceUnits are the values of the contract's DistanceUnitEnum.
func distanceUnits() []string {
	return []string{
		"miles", "meters", "kilo_meters",
	}
}

// fuelVolumeUnits are the values of the contract's FuelVolumeUnitEnum.
func fuelVolumeUnits() []string {
	return []string{
		"CUBIC_METER", "LITER", "US_GALLON", "IMPERIAL_GALLON",
	}
}
