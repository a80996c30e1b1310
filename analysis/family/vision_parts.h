// What the families of vision models have in common. Inside analysis/family only.
#pragma once

#include "analysis/family/heads.h"

namespace weft {

// Layers that norm before each part, with the sizes that ViT, DeiT, DINOv2 and CLIP name alike; the defaults
// are those of a base model. Leaves the feed-forward part and the norms' epsilon to the family.
void read_vision_layers(const ConfigReader& reader, StackSpec& spec);

// Sizes of image and patches.
PatchSpec read_patches(const ConfigReader& reader, int64_t default_patch);

// Tensors that ViT, DeiT and DINOv2 name alike.
void name_patches(PatchSpec& patches);

// Names behind `prefix`.
AttentionNames attention_names(const std::string& prefix, const std::string& query, const std::string& key,
                               const std::string& value, const std::string& output);
MlpNames mlp_names(const std::string& prefix, const std::string& up, const std::string& down);

// A linear map of CLS to the classes.
HeadSpec cls_classifier(const ConfigReader& reader);

}  // namespace weft
