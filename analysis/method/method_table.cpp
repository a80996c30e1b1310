#include "analysis/method/method_table.h"

#include <algorithm>

namespace weft {

const std::vector<MethodRow>& method_table() {
    using enum MethodNeeds;
    using enum MethodShape;
    // clang-format off
    static const std::vector<MethodRow> rows = {
        {"attention", "attention weight", attention, head_weights, false, true, true,
         "A[l,h,i,j] = softmax_j(q_i . k_j / sqrt(d))", "Vaswani et al. 2017",
         "Where a head looked, not that what it saw changed the answer.", "row sums"},
        {"difference", "change of attention by ablation", model, head_weights, true, true, true,
         "A without the ablated heads - A", "METHODS",
         "Shows where heads look elsewhere, not what that does to the answer.", ""},
        {"rollout", "attention rollout", attention, layer_weights, false, true, false,
         "R_l = rownorm(r I + (1 - r) mean_h A_l) R_(l-1)", "Abnar & Zuidema 2020",
         "An estimate of mixing through the layers; values and MLPs are left out.", "row sums"},
        {"flow", "attention flow", attention, weights, false, false, false,
         "maximum flow from the query's last to the key's first node, capacities as in rollout", "Abnar & Zuidema 2020",
         "An upper bound on what could pass, each pair by itself: rows do not share capacity.", ""},
        {"gradient_flow", "gradient-weighted attention flow", gradients, head_weights, false, false, true,
         "A[l,h,i,j] * |dy/dV[l,h,j]|", "METHODS",
         "Size of an influence, without its sign; not the maximum flow.", ""},
        {"gradient_attention", "gradient x attention", gradients, head_weights, true, false, true,
         "A * dy/dA", "Selvaraju et al. 2017; Barkan et al. 2021",
         "First order only: what a small change of a weight would do, not its removal.", ""},
        {"grad_cam", "Grad-CAM of attention", gradients, tokens, false, false, true,
         "max(0, mean_h(A * mean_ij dy/dA)), last layer", "Selvaraju et al. 2017; Chefer et al. 2021",
         "The last layer only.", ""},
        {"relevance", "relevance", gradients, weights, false, false, true,
         "R += mean_h max(0, dy/dA * A) R, layer by layer", "Chefer, Gur & Wolf 2021",
         "Negative influence is cut off in every layer.", ""},
        {"integrated_gradients", "integrated gradients", gradients, tokens, true, false, false,
         "(x - x') sum_k w_k dy/dx(x' + a_k (x - x'))", "Sundararajan, Taly & Yan 2017",
         "Beside the baseline: another baseline, other numbers.", "delta"},
        {"attention_integrated_gradients", "integrated gradients of attention", gradients, head_weights, true, false, true,
         "A_l sum_k w_k dy/dA_l(a_k A_l)", "Hao et al. 2021",
         "One layer at a time, beside a layer that attends to nothing.", "delta"},
        {"contribution", "contribution", model, layer_weights, false, true, true,
         "| sum_h A[l,h,i,j] V[l,h,j] W_O[h] |", "Kobayashi et al. 2020",
         "Size of what is moved; the residual and the MLP are left out.", ""},
        {"entropy", "entropy of attention", attention, head_rows, false, true, true,
         "-sum_j A ln A, in nats; / ln(keys that the mask leaves)", "Shannon 1948; Clark et al. 2019",
         "Says how spread a row is, not whether it matters.", ""},
        {"head_importance", "head importance", gradients, heads, false, false, true,
         "|sum_i <dy/dctx_i, ctx_i>|", "Michel, Levy & Neubig 2019",
         "First order at the gate: two heads that stand in for each other both look unimportant.", ""},
        {"patterns", "head patterns", attention, other, false, true, false,
         "mean over rows of A at self, previous, next, ..., beside uniform attention", "Clark et al. 2019; Olsson et al. 2022",
         "A pattern in one text is a question, not a finding.", ""},
        {"head_distance", "head distance", attention, other, false, false, true,
         "Jensen-Shannon divergence in nats, mean over rows", "Clark et al. 2019",
         "Alike in one text may differ in the next.", ""},
        {"attention_distance", "attention distance", attention, head_rows, false, true, false,
         "sum_j A[i,j] |i - j|, of images in pixels", "Dosovitskiy et al. 2021",
         "Far is not global: a sink far away counts too.", ""},
        {"logit_lens", "logit lens", model, other, false, false, false,
         "head(norm(h_l))", "nostalgebraist 2020",
         "Early layers do not write in the head's language. All logits only where there are at most 16 million.", ""},
        {"ablation", "ablation of heads", model, heads, false, false, true,
         "y with a head's context set to 0, or to its mean over positions", "Michel, Levy & Neubig 2019",
         "One head at a time: others may stand in. Pruning: heads leave, the least important first, beside the mean of 3 random orders.", ""},
        {"token_ablation", "ablation of tokens", model, tokens, false, false, false,
         "y with a token replaced by mask, else pad, else unk; an image's patch by 0", "Li, Monroe & Jurafsky 2016",
         "The replaced text is one the model may never have seen.", ""},
        {"deletion", "deletion curve", gradients, other, false, false, false,
         "y while tokens leave in the order of integrated gradients", "Petsiuk, Das & Saenko 2018",
         "Judges an order of tokens; compare it with the mean of 8 random orders.", ""},
        {"insertion", "insertion curve", gradients, other, false, false, false,
         "y while tokens enter in the order of integrated gradients", "Petsiuk, Das & Saenko 2018",
         "Judges an order of tokens; compare it with the mean of 8 random orders.", ""},
        {"query_key", "queries and keys of a head", model, other, true, false, true,
         "A[i,j] = softmax_j(q_i . k_j / sqrt(d) + bias), one head's q, k and scores", "Vaswani et al. 2017; Vig 2019",
         "The dimensions of a head have no order and no name: only their products count.", "scores"},
        {"hidden_states", "hidden states", model, other, true, false, false,
         "what enters layer 0, then the output of each layer", "", "", ""},
        {"logits", "logits", model, other, true, false, false, "head(norm(h_L))", "", "", ""},
        {"pixel_values", "pixel values", model, other, true, false, false, "what a vision model is given", "", "", ""},
    };
    // clang-format on
    return rows;
}

const MethodRow* find_method(std::string_view name) {
    const auto& rows = method_table();
    const auto found = std::ranges::find(rows, name, &MethodRow::name);
    return found == rows.end() ? nullptr : &*found;
}

std::vector<std::string> method_names() {
    std::vector<std::string> names;
    for (const MethodRow& row : method_table()) names.push_back(row.name);
    return names;
}

}  // namespace weft
