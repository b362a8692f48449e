// SPDX-License-Identifier: GPL-2.0-only
// /proc/pagetypeinfo and the indices of debugfs, and how "frag show" has them.
#include "fake_kernel.hpp"
#include "host/extfrag.hpp"
#include "host/pagetypeinfo.hpp"
#include "temporary_directory.hpp"

#include <gmock/gmock.h>

namespace kmemcgd {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr auto usual = "Page block order: 9\n"
                       "Pages per block:  512\n"
                       "\n"
                       "Free pages count per migrate type at order       0      1      2 \n"
                       "Node    0, zone   Normal, type    Unmovable      4      2      0 \n"
                       "Node    0, zone   Normal, type      Movable >100000      0      1 \n"
                       "\n"
                       "Number of blocks type     Unmovable      Movable \n"
                       "Node 0, zone   Normal           25           75 \n";

TEST(PageTypeInfo, HasFreeBlocksAndPageblocksByType) {
    const auto found = parse_pagetypeinfo(usual);
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->pages_per_block, 512U);
    ASSERT_EQ(found->types.size(), 2U);
    const auto& unmovable = found->types[0];
    EXPECT_EQ(unmovable.node, 0U);
    EXPECT_EQ(unmovable.zone, "Normal");
    EXPECT_EQ(unmovable.type, "Unmovable");
    EXPECT_THAT(unmovable.free_blocks, ElementsAre(4, 2, 0));
    EXPECT_FALSE(unmovable.at_least);
    EXPECT_EQ(unmovable.pageblocks, 25U);
    EXPECT_THAT(found->types[1].free_blocks, ElementsAre(100000, 0, 1));
    EXPECT_TRUE(found->types[1].at_least);
    EXPECT_EQ(found->types[1].pageblocks, 75U);
}

// CONFIG_PAGE_OWNER adds one; its numbers are not those of the section before.
TEST(PageTypeInfo, OtherSectionsArePassedOver) {
    const auto found =
        parse_pagetypeinfo(std::string(usual) + "\nNumber of mixed blocks    Unmovable      "
                                                "Movable \nNode 0, zone   Normal  7  8 \n");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->types[0].pageblocks, 25U);
}

TEST(PageTypeInfo, PageblocksMayBeMissing) {
    const std::string text = usual;
    const auto found = parse_pagetypeinfo(text.substr(0, text.find("Number of")));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->types[0].pageblocks, std::nullopt);
}

TEST(PageTypeInfo, AnUnknownShapeIsNamed) {
    const std::string head = "Free pages count per migrate type at order 0 1\n";
    const auto line = "Node 0, zone DMA, type Movable 1 2\n";
    for (const std::string wrong :
         {"Node 0 zone DMA, type Movable 1 2\n", "Node 0, zone DMA Movable 1 2\n",
          "Node 0, zone DMA, type Movable 1 x\n", "Node 0, zone DMA, type Movable 1\n",
          "Node 0, zone DMA, type Movable\n", "Node 0, zone DMA, type Movable 1 >\n",
          "Node x, zone DMA, type Movable 1 2\n", "Node 0, zone DMA, type Movable 1 -2\n"}) {
        const auto found = parse_pagetypeinfo(head + line + wrong);
        ASSERT_FALSE(found) << wrong;
        EXPECT_THAT(found.error().message, HasSubstr("line 3 has an unknown shape"));
    }
    const auto counts = "Number of blocks type Movable CMA\n";
    for (const std::string wrong :
         {"Node 0, zone DMA 1\n", "Node 0, zone DMA 1 2 3\n", "Node 0, zone DMA 1 x\n"})
        EXPECT_FALSE(parse_pagetypeinfo(head + line + counts + wrong)) << wrong;
    EXPECT_FALSE(parse_pagetypeinfo(""));
    EXPECT_FALSE(parse_pagetypeinfo("Pages per block: many\n"));
}

TEST(ExtFrag, AreThousandths) {
    const auto found = parse_extfrag("Node 0, zone      DMA -1.000  0.931 1.000 \n");
    ASSERT_TRUE(found) << found.error().message;
    EXPECT_EQ(found->front().zone, "DMA");
    EXPECT_THAT(found->front().permille, ElementsAre(std::nullopt, 931, 1000));
    for (const auto* wrong :
         {"Node 0, zone DMA 1\n", "Node 0, zone DMA 0.5\n", "Node 0, zone DMA 1.001\n",
          "Node 0, zone DMA 4294967295.000\n", "Node 0, zone DMA 0.x00\n", "garbage\n"})
        EXPECT_FALSE(parse_extfrag(wrong)) << wrong;
}

class FragShowTypes : public ::testing::Test {
protected:
    FragShowTypes() {
        program.host_root = directory.path();
        write("proc/buddyinfo", "Node 0, zone   Normal   1163   1101      0\n");
        write("proc/vmstat", "allocstall_normal 12\n");
        write("proc/pagetypeinfo", usual);
    }
    void write(const std::string& name, std::string_view text) const {
        directory.write(name, text);
    }
    int run(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), {"frag", "show"});
        return program.run(arguments);
    }
    Json order(std::size_t number) {
        EXPECT_EQ(run({"--json"}), 0);
        return program.json()["zones"][0]["orders"][number];
    }

    TemporaryDirectory directory;
    Program program;
};

TEST_F(FragShowTypes, AreATableOfTheirOwnForPrograms) {
    EXPECT_EQ(run({"--types"}), 0);
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    EXPECT_EQ(program.out.str(),
              "node\tzone\ttype\tfree_bytes\tlargest_order\tpageblocks\tpageblocks_permille\n"
              "0\tNormal\tUnmovable\t" +
                  std::to_string(8 * page) + "\t1\t25\t250\n0\tNormal\tMovable\t" +
                  std::to_string(100004 * page) + "\t2\t75\t750\n");
    EXPECT_EQ(run({"--types", "--order", "1"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("Unmovable\t" + std::to_string(4 * page) + "\t"));
}

TEST_F(FragShowTypes, ForPeople) {
    program.terminal = true;
    EXPECT_EQ(run({"--types"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("ORDERS 0-2"));
    EXPECT_THAT(program.out.str(), HasSubstr(">= 391 MiB"));
    EXPECT_THAT(program.out.str(), HasSubstr("25.0 %"));
}

TEST_F(FragShowTypes, AsJson) {
    EXPECT_EQ(run({"--types", "--json"}), 0);
    const auto json = program.json();
    EXPECT_EQ(json["types"].size(), 2U);
    EXPECT_EQ(json["types"][1]["type"], "Movable");
    EXPECT_EQ(json["types"][1]["at_least"], true);
    EXPECT_EQ(json["types"][1]["free_blocks"], Json({100000, 0, 1}));
    EXPECT_EQ(json["types"][0]["pageblocks_permille"], 250);
    EXPECT_TRUE(json["types_unreadable"].is_null());
    EXPECT_EQ(json["pageblock_bytes"], 512 * ::sysconf(_SC_PAGESIZE));
}

TEST_F(FragShowTypes, ThatCannotBeReadAreNoError) {
    fs::remove(directory.path() + "/proc/pagetypeinfo");
    program.terminal = true;
    EXPECT_EQ(run({"--types"}), 0);
    EXPECT_THAT(program.err.str(), HasSubstr("migrate types: cannot read "));
    EXPECT_THAT(program.out.str(), HasSubstr("since boot"));
    EXPECT_EQ(run({"--types", "--json"}), 0);
    EXPECT_TRUE(program.json()["types"].is_null());
    EXPECT_THAT(std::string(program.json()["types_unreadable"]), HasSubstr("pagetypeinfo"));
}

TEST_F(FragShowTypes, AreNotReadUnlessAskedFor) {
    EXPECT_EQ(run({"--json"}), 0);
    EXPECT_FALSE(program.json().contains("types"));
}

TEST_F(FragShowTypes, TheKernelsIndicesGoBeforeOurs) {
    EXPECT_EQ(order(2)["index_permille"], 628);
    EXPECT_EQ(program.json()["index_from"], "computed");
    write("sys/kernel/debug/extfrag/extfrag_index", "Node 0, zone Normal -1.000 -1.000 0.123 \n");
    write("sys/kernel/debug/extfrag/unusable_index", "Node 0, zone Normal 0.000 0.001 0.456 \n");
    EXPECT_EQ(order(2)["index_permille"], 123);
    EXPECT_EQ(order(2)["unusable_permille"], 456);
    EXPECT_EQ(order(2)["verdict"], "fragmented");
    EXPECT_TRUE(order(1)["index_permille"].is_null());
    EXPECT_EQ(program.json()["index_from"], "debugfs");
    EXPECT_EQ(program.json()["unusable_from"], "debugfs");
    program.terminal = true;
    EXPECT_EQ(run({"--order", "2"}), 0);
    EXPECT_THAT(program.out.str(), HasSubstr("INDEX: the kernel's (debugfs)"));
}

TEST_F(FragShowTypes, IndicesThatLackAZoneOrAnOrderAreNotTaken) {
    for (const auto* wrong : {"Node 1, zone Normal -1.000 -1.000 0.123 \n", "",
                              "Node 0, zone Normal -1.000 0.123 \n", "what?\n"}) {
        write("sys/kernel/debug/extfrag/extfrag_index", wrong);
        EXPECT_EQ(order(2)["index_permille"], 628) << wrong;
        EXPECT_EQ(program.json()["index_from"], "computed");
    }
}

} // namespace
} // namespace kmemcgd
