//! Messages and enums of `descriptor.proto` and the like. The runtime has their prost types.

/// A message, by its name in the package.
pub(crate) fn message(name: &str) -> Option<&'static str> {
    MESSAGES.iter().find(|known| **known == name).copied()
}

/// An enum, by its name in the package.
pub(crate) fn enumeration(name: &str) -> Option<&'static str> {
    ENUMS.iter().find(|known| **known == name).copied()
}

const MESSAGES: &[&str] = &[
    "Api",
    "DescriptorProto",
    "DescriptorProto.ExtensionRange",
    "DescriptorProto.ReservedRange",
    "Enum",
    "EnumDescriptorProto",
    "EnumDescriptorProto.EnumReservedRange",
    "EnumOptions",
    "EnumValue",
    "EnumValueDescriptorProto",
    "EnumValueOptions",
    "ExtensionRangeOptions",
    "ExtensionRangeOptions.Declaration",
    "FeatureSet",
    "FeatureSet.ProtoLimitsFeature",
    "FeatureSet.VisibilityFeature",
    "FeatureSetDefaults",
    "FeatureSetDefaults.FeatureSetEditionDefault",
    "Field",
    "FieldDescriptorProto",
    "FieldOptions",
    "FieldOptions.EditionDefault",
    "FieldOptions.FeatureSupport",
    "FileDescriptorProto",
    "FileDescriptorSet",
    "FileOptions",
    "GeneratedCodeInfo",
    "GeneratedCodeInfo.Annotation",
    "MessageOptions",
    "Method",
    "MethodDescriptorProto",
    "MethodOptions",
    "Mixin",
    "OneofDescriptorProto",
    "OneofOptions",
    "Option",
    "ServiceDescriptorProto",
    "ServiceOptions",
    "SourceCodeInfo",
    "SourceCodeInfo.Location",
    "SourceContext",
    "Type",
    "UninterpretedOption",
    "UninterpretedOption.NamePart",
];

const ENUMS: &[&str] = &[
    "Edition",
    "ExtensionRangeOptions.VerificationState",
    "FeatureSet.EnforceNamingStyle",
    "FeatureSet.EnumType",
    "FeatureSet.FieldPresence",
    "FeatureSet.JsonFormat",
    "FeatureSet.MessageEncoding",
    "FeatureSet.ProtoLimitsFeature.EnforceProtoLimits",
    "FeatureSet.RepeatedFieldEncoding",
    "FeatureSet.Utf8Validation",
    "FeatureSet.VisibilityFeature.DefaultSymbolVisibility",
    "Field.Cardinality",
    "Field.Kind",
    "FieldDescriptorProto.Label",
    "FieldDescriptorProto.Type",
    "FieldOptions.CType",
    "FieldOptions.JSType",
    "FieldOptions.OptionRetention",
    "FieldOptions.OptionTargetType",
    "FileOptions.OptimizeMode",
    "GeneratedCodeInfo.Annotation.Semantic",
    "MethodOptions.IdempotencyLevel",
    "SymbolVisibility",
    "Syntax",
];
